// The player's look: gainsay.css gives the colours, this puts them in place.

export const CSS = `
  [hidden] { display: none !important; }
  :host { display: block; color: var(--ink); font: 0.9375rem/1.4 var(--font); }
  section { padding: 10px 12px 12px; border: 1px solid var(--line); border-radius: var(--radius);
    background: var(--panel); }
  h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .bar { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
  button, select { padding: 5px 10px; border: 1px solid var(--edge); border-radius: var(--radius);
    background: var(--raised); color: var(--ink); font: inherit; cursor: pointer;
    min-height: 34px; }
  button:hover { border-color: var(--accent); }
  button[aria-pressed="true"], button[aria-expanded="true"] { background: var(--accent-soft);
    border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
  button[aria-disabled="true"], button:disabled { color: var(--muted); border-color: var(--line);
    cursor: default; }
  .play { min-width: 5.2em; background: var(--accent); color: var(--accent-ink);
    border-color: var(--accent); font-weight: 600; }
  .play[aria-disabled="true"] { background: var(--raised); }
  .clock { font-variant-numeric: tabular-nums; min-width: 8.2em; padding: 0 4px; }
  .range { font-variant-numeric: tabular-nums; color: var(--muted); font-size: var(--small); }
  .range:empty { display: none; }
  .note { margin: 6px 0; color: var(--muted); font-size: var(--small); min-height: 1.4em; }
  .error { color: var(--bad); }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }

  .wave { touch-action: pan-y; user-select: none; }
  .lane { position: relative; height: 18px; border-radius: 4px 4px 0 0; background: var(--raised);
    cursor: crosshair; }
  .lane .hint { position: absolute; inset: 0; padding-left: 8px; color: var(--muted);
    font-size: 0.75rem; line-height: 18px; pointer-events: none; }
  .lane:not(.none) .hint, .lane.none .band, .lane.none .end { display: none; }
  .band { position: absolute; top: 0; bottom: 0; background: var(--edge); opacity: 0.35;
    pointer-events: none; }
  .looping .band { background: var(--accent); opacity: 0.55; }
  .end { position: absolute; top: -3px; bottom: -3px; width: 24px; margin-left: -12px;
    cursor: ew-resize; }
  .end::after { content: ""; position: absolute; inset: 0 9px; border-radius: 3px;
    background: var(--edge); }
  .looping .end::after { background: var(--accent); }
  .view { position: relative; height: 96px; border: 1px solid var(--line); border-top: 0;
    border-radius: 0 0 4px 4px; background: var(--paper); cursor: pointer; }
  .view svg { position: absolute; inset: 0; width: 100%; height: 100%; }
  .rest path { fill: var(--edge); opacity: 0.6; }
  .played path { fill: var(--accent); }
  .head { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px;
    background: var(--ink); pointer-events: none; }

  .slots { list-style: none; margin: 10px 0 0; padding: 0; display: grid; gap: 6px; }
  .slots li { display: flex; gap: 6px; align-items: center; min-width: 0; }
  .slot { flex: 1 1 auto; min-width: 0; display: grid; column-gap: 10px; align-items: baseline;
    grid-template-columns: 1.5em minmax(0, 1fr) auto 8.5em; text-align: left; }
  .slot .mark { font-weight: 700; text-align: center; border-radius: 4px;
    background: var(--panel); border: 1px solid var(--line); line-height: 1.35; }
  .slot .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .slot .level, .slot .offset { color: var(--muted); font-size: var(--small);
    font-variant-numeric: tabular-nums; text-align: right; }
  .slot[aria-pressed="true"] .mark { background: var(--accent); color: var(--accent-ink);
    border-color: var(--accent); }
  .slot[aria-pressed="true"] .level, .slot[aria-pressed="true"] .offset { color: var(--ink); }
  li.pending .slot { border-style: dashed; }
  li.failed .offset { grid-column: 2 / -1; color: var(--bad); text-align: left; }
  .less { min-width: 34px; padding: 5px; border-color: transparent; background: none;
    color: var(--muted); }
  progress { width: 6em; accent-color: var(--accent); }
  .more { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-top: 8px; }
  .more label { color: var(--muted); font-size: var(--small); }
  .more select { max-width: 22em; }
  .blind { margin-top: 10px; padding: 8px 10px; border: 1px solid var(--accent);
    border-radius: var(--radius); }
  .blind p { margin: 0 0 6px; }
  .choices { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 6px; }
  .help { margin-top: 10px; font-size: var(--small); }
  .help dl { margin: 0 0 6px; display: grid; grid-template-columns: max-content 1fr;
    gap: 2px 12px; }
  .help dt { font-weight: 600; }
  .help dd { margin: 0; color: var(--muted); }
  .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

  @container (max-width: 480px) {
    .slot { grid-template-columns: 1.5em minmax(0, 1fr) auto; }
    .slot .level { display: none; }
    .slot .name { white-space: normal; overflow-wrap: anywhere; }
    .view { height: 72px; }
    .clock { min-width: 0; }
    .range { display: none; }
  }
  :host { container-type: inline-size; }
`;
