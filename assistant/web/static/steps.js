// Makes Gradio's folded tool steps usable by keyboard and screen reader: a step is one button, which
// says whether it is open; the arrow in it, a nameless button of its own, is decoration. Messages are
// read as they stand, without a label that says them once more.

function mend(title) {
  for (const arrow of title.querySelectorAll("button:not(:disabled)")) {
    arrow.disabled = true;
    arrow.setAttribute("aria-hidden", "true");
  }
  const open = String(title.nextElementSibling !== null);
  if (title.getAttribute("aria-expanded") !== open) title.setAttribute("aria-expanded", open);
}

export function mendSteps(root) {
  const all = () => {
    root.querySelectorAll(".thought-group > .title").forEach(mend);
    for (const said of root.querySelectorAll("#chat [data-testid][aria-label]")) {
      said.removeAttribute("aria-label");
    }
  };
  new MutationObserver(all).observe(root, { childList: true, subtree: true });
  all();
}
