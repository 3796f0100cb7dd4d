// How the desk looks: rows that line up where there is room, two lines a stem where there is not.

export const CSS = `
  :host { display: block; color: var(--ink); font: 0.875rem/1.35 var(--font); container-type: inline-size; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  section { border: 1px solid var(--line); border-radius: var(--radius); background: var(--panel); }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding: 8px 10px;
    border-bottom: 1px solid var(--line); }
  .where { flex: 1 1 6rem; min-width: 0; overflow: hidden; color: var(--muted); font-size: var(--small);
    text-align: right; text-overflow: ellipsis; white-space: nowrap; }
  button, select { border: 1px solid var(--edge); border-radius: 6px; background: var(--raised);
    color: var(--ink); font: inherit; font-size: var(--small); }
  button { padding: 4px 10px; min-height: 28px; cursor: pointer; }
  button[aria-disabled="true"] { opacity: 0.5; cursor: default; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
  .error { margin: 0; color: var(--bad); }
  .error:not(:empty), .waits { padding: 6px 10px; }
  .waits { margin: 0; color: var(--muted); font-size: var(--small); }
  .unseen { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
  .tabs { display: flex; gap: 2px; }
  .tabs button { border-color: transparent; background: none; color: var(--muted); }
  .tabs button[aria-selected="true"] { border-color: var(--accent); background: var(--accent-soft);
    color: var(--ink); font-weight: 600; }
  .scroll { position: relative; max-height: min(62vh, 640px); overflow: auto; overscroll-behavior: contain; }
  ul, ol { margin: 0; padding: 0; list-style: none; }
  footer { display: flex; flex-wrap: wrap; gap: 0 16px; padding: 4px 10px; border-top: 1px solid var(--line);
    color: var(--muted); font-size: 0.75rem; }
  .hint { margin: 0; }
  .keys[open] { width: 100%; }
  .keys summary { cursor: pointer; width: max-content; }
  .keys p { margin: 4px 0; }

  .strip, .head { display: grid; align-items: center; gap: 2px 12px; padding: 2px 10px;
    grid-template-columns: minmax(8rem, 1.15fr) minmax(12rem, 2fr) minmax(11rem, 1.7fr) minmax(5rem, 0.6fr) 4.25rem; }
  .head { position: sticky; top: 0; z-index: 1; background: var(--panel); color: var(--muted);
    font-size: 0.75rem; border-bottom: 1px solid var(--line); }
  .strips li + li { border-top: 1px solid var(--line); }
  .strip.is-anchor { background: var(--accent-soft); }
  .strip.is-muted .track { opacity: 0.45; }
  .strip.is-muted .value { color: var(--muted); font-style: italic; }
  .name { display: flex; align-items: center; gap: 6px; min-width: 0; font-weight: 600; cursor: pointer; }
  .name span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden;
    overflow-wrap: anywhere; line-height: 1.2; }
  .who { min-width: 0; }
  .anchor { flex: none; width: 16px; height: 16px; margin: 0; accent-color: var(--accent); }
  .role { max-width: 100%; margin-left: 22px; padding: 0 2px; min-height: 24px; border-color: transparent;
    background: none; color: var(--muted); font-size: 0.75rem; }
  .role:hover, .role:focus { border-color: var(--edge); background: var(--panel); }
  .role option { background: var(--panel); color: var(--ink); }
  .faults { margin-left: 22px; color: var(--warn); font-size: 0.75rem; }
  .faults summary { cursor: pointer; }
  .faults p { margin: 2px 0; }

  .value { color: var(--ink); font-size: 0.75rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .level { display: grid; grid-template-columns: 1fr 4.9rem; align-items: center; gap: 4px; }
  .level .value { text-align: right; }
  .out .value { color: var(--warn); font-weight: 600; }
  .track, .axis { position: relative; }
  .track { height: 18px; border-radius: 3px; background: var(--raised); overflow: hidden; }
  .track span { position: absolute; top: 0; bottom: 0; }
  .track .usual { background: var(--usual); }
  .track .zero { width: 0; border-left: 1px solid var(--ink); }
  .track .bar { top: 6px; bottom: 6px; background: var(--accent); min-width: 2px; }
  .out .track .bar { background: var(--warn); }
  .track .move { top: 8px; bottom: 8px; background: repeating-linear-gradient(90deg, var(--ink) 0 4px, transparent 4px 7px); }
  .track .goal { top: 4px; bottom: 4px; width: 10px !important; margin-left: -5px; border: 2px solid var(--ink);
    background: var(--panel); transform: rotate(45deg) scale(0.8); }
  .head .axis { height: 1.1em; margin-right: calc(4.9rem + 4px); }
  .axis b { position: absolute; right: -4.9rem; font-weight: 400; }
  .axis span { position: absolute; transform: translateX(-50%); font-variant-numeric: tabular-nums; }

  .slider { display: grid; grid-template-columns: 1fr 3.5rem; align-items: center; gap: 4px; }
  .slider.pan { grid-template-columns: 1fr 2rem; }
  .slider .value { text-align: right; }
  input[type="range"] { appearance: none; width: 100%; height: 26px; margin: 0; border-radius: 4px; cursor: pointer;
    touch-action: pan-y; background: linear-gradient(var(--edge), var(--edge)) center / 1px 14px no-repeat,
    linear-gradient(var(--edge), var(--edge)) center / 100% 2px no-repeat; }
  input[type="range"]::-webkit-slider-runnable-track { background: none; height: 100%; }
  input[type="range"]::-moz-range-track { background: none; height: 100%; }
  input[type="range"]::-webkit-slider-thumb { appearance: none; width: 14px; height: 22px; margin-top: 2px;
    border: 1px solid var(--panel); border-radius: 4px; background: var(--accent); }
  input[type="range"]::-moz-range-thumb { width: 12px; height: 20px; border: 1px solid var(--panel);
    border-radius: 4px; background: var(--accent); }
  .pan::-webkit-slider-thumb { width: 10px; background: var(--muted); }
  .pan::-moz-range-thumb { width: 8px; background: var(--muted); }
  .switches { display: flex; gap: 4px; justify-content: flex-end; }
  .toggle { width: 32px; padding: 4px 0; font-weight: 600; }
  .toggle[aria-pressed="true"].mute { background: var(--bad); border-color: var(--bad); color: var(--panel); }
  .toggle[aria-pressed="true"].solo { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }

  @container (min-width: 1000px) {
    .who { display: flex; align-items: center; flex-wrap: wrap; }
    .who .role { margin-left: auto; }
    .strip, .head { grid-template-columns: minmax(18rem, 1.6fr) 2fr 2fr 0.8fr 4.25rem; }
  }

  @container (max-width: 640px) {
    .head { display: none; }
    .strip { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); padding: 8px 10px; }
    .switches { grid-column: 2; grid-row: 1; }
    .level { grid-column: 1 / -1; }
    .toggle { width: 40px; min-height: 36px; }
    input[type="range"] { height: 36px; }
    input[type="range"]::-webkit-slider-thumb { height: 30px; width: 18px; margin-top: 3px; }
    input[type="range"]::-moz-range-thumb { height: 28px; width: 16px; }
    .scroll { max-height: 75vh; }
    .where { flex-basis: 100%; order: 9; text-align: left; white-space: normal; }
  }

  .versions > li { display: flex; gap: 10px; align-items: flex-start; justify-content: space-between;
    padding: 8px 10px; border-top: 1px solid var(--line); }
  .versions > li:first-child { border-top: 0; }
  .versions .current { background: var(--accent-soft); }
  .versions .from { color: var(--muted); font-size: var(--small); }
  .versions ul { overflow-wrap: anywhere; }
  .versions button { flex: none; }

  .see { padding: 8px 10px; }
  .choose { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 12px; margin-bottom: 6px; }
  .of { display: flex; align-items: center; gap: 6px; color: var(--muted); font-size: var(--small); min-width: 0; }
  .of select { max-width: 14rem; padding: 3px 6px; min-height: 28px; }
  .chart { min-height: 18rem; }
  .small, .legend { margin: 4px 0; color: var(--muted); font-size: var(--small); }
  .sentence { margin: 6px 0; white-space: pre-line; }
  .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; }
  .legend li { display: flex; align-items: center; gap: 5px; }
  .numbers summary { cursor: pointer; width: max-content; color: var(--accent); font-size: var(--small); }
  .table { max-height: 18rem; overflow: auto; margin-top: 4px; }
  table { border-collapse: collapse; font-size: var(--small); font-variant-numeric: tabular-nums; }
  caption { text-align: left; color: var(--muted); padding-bottom: 2px; }
  th, td { padding: 2px 14px 2px 0; text-align: right; font-weight: 400; }
  td { white-space: nowrap; }
  th:first-child { text-align: left; }
  thead th { position: sticky; top: 0; background: var(--panel); color: var(--muted); }
  svg { display: block; max-width: 100%; overflow: visible; }
  svg text { fill: var(--muted); font-size: 12px; font-family: var(--font); font-variant-numeric: tabular-nums; }
  .grid { stroke: var(--line); }
  .zero { stroke: var(--ink); }
  .line { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
  .line.stem { stroke: var(--accent); stroke-width: 2.5; }
  .line.anchor { stroke: var(--muted); }
  .line.threshold { stroke: var(--warn); stroke-dasharray: 5 4; }
  .masked { fill: var(--bad-soft); }
  .hatching { stroke: var(--bad); stroke-width: 1.2; opacity: 0.55; }
  rect.usual { fill: var(--usual); }
  .link { stroke: var(--accent); stroke-width: 2; }
  .link.planned { stroke: var(--ink); stroke-dasharray: 4 3; }
  circle.before { fill: var(--panel); stroke: var(--muted); stroke-width: 2; }
  circle.now { fill: var(--accent); }
  path.proposed { fill: var(--panel); stroke: var(--ink); stroke-width: 2; }
`;
