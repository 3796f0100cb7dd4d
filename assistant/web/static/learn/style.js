// How the Learn panel looks: one quiet line while it is folded, one thing under the other when open.

export const CSS = `
  :host { display: block; color: var(--ink); font: 0.9375rem/1.45 var(--font); }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  details { border: 1px solid var(--line); border-radius: var(--radius); background: var(--panel); }
  summary { padding: 7px 12px; cursor: pointer; }
  summary span { margin-left: 10px; color: var(--muted); font-size: var(--small); }
  section { padding: 4px 12px 12px; border-top: 1px solid var(--line); }
  .tabs { display: flex; flex-wrap: wrap; gap: 2px; margin: 4px 0 10px; }
  .tabs button { border-color: transparent; background: none; color: var(--muted); }
  .tabs button[aria-selected="true"] { border-color: var(--accent); background: var(--accent-soft);
    color: var(--ink); font-weight: 600; }
  button, select, input { border: 1px solid var(--edge); border-radius: 6px; background: var(--raised);
    color: var(--ink); font: inherit; font-size: 0.875rem; }
  button { padding: 5px 12px; min-height: 32px; cursor: pointer; }
  button.main { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }
  button:disabled { opacity: 0.55; cursor: default; }
  input[type="number"], input[type="search"] { padding: 5px 8px; background: var(--paper); }
  input[type="number"] { width: 5.5em; }
  input[type="search"] { width: 100%; min-width: 10rem; }
  select { padding: 4px 6px; min-height: 32px; max-width: 16rem; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  h3 { margin: 0 0 6px; font-size: 1rem; }
  h4 { margin: 0 0 2px; font-size: 0.875rem; }
  p { margin: 0 0 8px; max-width: 44rem; }
  .row { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 8px 0; }
  .fader { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
  .fader input { flex: 0 1 20rem; min-width: 10rem; accent-color: var(--accent); }
  .fader span { min-width: 5rem; font-variant-numeric: tabular-nums; }
  .grow { flex: 1 1 16rem; }
  .small { color: var(--muted); font-size: var(--small); }
  .error { margin: 0; color: var(--bad); }
  .error:not(:empty) { margin: 6px 0; }
  .player .main { min-width: 5rem; }
  .hear { min-width: 4rem; font-weight: 600; }
  .hear[aria-pressed="true"] { border-color: var(--accent); background: var(--accent-soft);
    box-shadow: inset 0 0 0 1px var(--accent); }
  .told:not(:empty) { margin: 2px 0 10px; padding: 8px 12px; border-left: 4px solid var(--edge);
    border-radius: 4px; background: var(--raised); }
  .told.right { border-color: var(--good); }
  .told p:first-child { font-weight: 600; }
  .told p:last-child { margin-bottom: 0; }
  fieldset { display: flex; flex-wrap: wrap; gap: 6px; margin: 8px 0; padding: 0; border: 0; min-width: 0; }
  legend { padding: 0; margin-bottom: 4px; font-size: 0.875rem; font-weight: 600; }
  .chip { display: flex; align-items: center; gap: 6px; padding: 4px 12px 4px 8px; min-height: 32px;
    border: 1px solid var(--edge); border-radius: 999px; background: var(--panel); cursor: pointer;
    overflow-wrap: anywhere; }
  .chip input { margin: 0; accent-color: var(--accent); }
  .chip:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
  .size { display: block; margin: 8px 0; font-size: 0.875rem; font-weight: 600; }
  article { outline-offset: 6px; }
  .try { margin: 10px 0; padding: 8px 12px; border-radius: 6px; background: var(--accent-soft); }
  .try p { margin: 0; }
  a { color: var(--accent); }
  svg { display: block; max-width: 100%; overflow: visible; }
  svg text { fill: var(--muted); font-size: 12px; font-family: var(--font); }
  .grid { stroke: var(--line); }
  .zero { stroke: var(--edge); }
  .line { stroke-width: 2; }
  .line.stem { stroke: var(--accent); }
  .likely { fill: var(--usual); }
  .found { fill: var(--accent); }
  .missed { stroke: var(--bad); stroke-width: 2.5; }
  .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 4px 0; padding: 0; list-style: none;
    color: var(--muted); font-size: var(--small); }
  .legend li { display: flex; align-items: center; gap: 5px; }
  .numbers summary { width: max-content; padding: 0; color: var(--accent); font-size: var(--small); }
  .numbers { border: 0; }
  .table { max-height: 16rem; overflow: auto; margin-top: 4px; }
  table { border-collapse: collapse; font-size: var(--small); font-variant-numeric: tabular-nums; }
  caption { text-align: left; color: var(--muted); }
  th, td { padding: 2px 14px 2px 0; text-align: right; font-weight: 400; }
  thead th { color: var(--muted); }
`;
