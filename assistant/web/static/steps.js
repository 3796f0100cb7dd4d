// Makes Gradio's folded tool steps usable by keyboard and screen reader: a step is one button, which
// says whether it is open; the arrow in it, a nameless button of its own, is decoration.

function mend(title) {
  for (const arrow of title.querySelectorAll("button:not(:disabled)")) {
    arrow.disabled = true;
    arrow.setAttribute("aria-hidden", "true");
  }
  const open = String(title.nextElementSibling !== null);
  if (title.getAttribute("aria-expanded") !== open) title.setAttribute("aria-expanded", open);
}

export function mendSteps(root) {
  const all = () => root.querySelectorAll(".thought-group > .title").forEach(mend);
  new MutationObserver(all).observe(root, { childList: true, subtree: true });
  all();
}
