const LIGHT = `--ground: #f4f6f8; --card: #fff; --text: #16202c; --quiet: #546173; --line: #d9dfe7; --grid: #e9edf2;
  --first: #1f6fb5; --second: #c4511a; --accent: #3a3f9e; --band: rgba(58, 63, 158, .16);
  --warn: #6b4300; --warn-ground: #fdf1d8; --bad: #9d1a1a; --bad-ground: #fbe3e0; --good: #17663a;
--good-ground: #def2e5;`;
const DARK = `--ground: #11151b; --card: #191f28; --text: #e5eaf1; --quiet: #a3aebd; --line: #303a47; --grid: #262e39;
  --first: #6db3f2; --second: #f39562; --accent: #a9adff; --band: rgba(169, 173, 255, .2);
  --warn: #f3cf80; --warn-ground: #382c10; --bad: #ffa29b; --bad-ground: #421c1b; --good: #82dca7;
--good-ground: #153524;`;

/** The look of every drawing. */
const PLOTS = `svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .tick { fill: var(--quiet); }
svg .grid { stroke: var(--grid); }
svg .axis { stroke: var(--quiet); fill: none; }
svg .chance { stroke: var(--quiet); stroke-width: 1.6; stroke-dasharray: 0 4.5; stroke-linecap: round; fill: none; }
svg .curve { fill: none; stroke-width: 2.2; stroke: var(--accent); stroke-linejoin: round; }
svg .first { stroke: var(--first); } svg .second { stroke: var(--second); } svg .dashed { stroke-dasharray: 7 4; }
svg .fill-first { fill: var(--first); } svg .fill-second { fill: var(--second); } svg .fill-accent {
fill: var(--accent); }
svg .half { fill-opacity: .72; }
svg .band { fill: var(--band); stroke: none; }
svg .dot { fill: var(--accent); stroke: var(--card); stroke-width: 1.5; }
svg .bar { stroke: var(--accent); stroke-width: 1.8; }
svg .mark { fill: none; stroke: var(--second); stroke-width: 2.4; }`;

/** For a drawing that stands alone, outside of the page. */
export const DRAWING_STYLE = { light: `svg { ${LIGHT} }\n${PLOTS}`, dark: `svg { ${DARK} }\n${PLOTS}` };

/**
 * The page's whole look. In the page itself: it loads nothing. Text has a contrast of 4.5:1 or better in both schemes.
 */
export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 3rem 0 .5rem; padding-top: .6rem; border-top: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0; max-width: 46rem; }
.quiet, figcaption, caption { color: var(--quiet); }
.headline { font-size: 1.15rem; max-width: 52rem; margin: 0.6rem 0; }
.lead { color: var(--quiet); max-width: 52rem; }
nav { margin: 1rem 0 0; font-size: .9rem; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; }
a { color: var(--accent); }
.note { border-radius: .5rem; padding: .75rem 1rem; margin: .8rem 0; max-width: none; border-left: .35rem solid; }
.warn { background: var(--warn-ground); color: var(--warn); border-color: var(--warn); }
.bad { background: var(--bad-ground); color: var(--bad); border-color: var(--bad); }
.good { background: var(--good-ground); color: var(--good); border-color: var(--good); }
.verdict { display: inline-block; border-radius: 1rem; padding: 0 .6rem; font-size: .82rem; white-space: nowrap;
border: 0; }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr));
margin: 1.2rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; }
.card h3 { margin: 0; font-size: .85rem; font-weight: 600; color: var(--quiet); }
.card .value { font-size: 1.9rem; line-height: 1.25; font-variant-numeric: tabular-nums; margin: 0; }
.card p { margin: 0; font-size: .86rem; }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr));
margin: 1rem 0; align-items: start; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem;
break-inside: avoid; }
figure.wide { grid-column: 1 / -1; }
figure h3 { margin: 0 0 .4rem; }
figure svg, figure img { display: block; width: 100%; height: auto; max-width: 34rem; margin: 0 auto; }
figure.wide svg { max-width: none; }
figure.wide .across { overflow-x: auto; }
figcaption { font-size: .86rem; margin-top: .5rem; }
${PLOTS}
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
margin: .8rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; padding: .6rem .9rem; font-size: .86rem; }
th, td { text-align: left; padding: .45rem .9rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td .interval { display: block; font-size: .84em; }
.interval { color: var(--quiet); white-space: nowrap; }
.sum td, .sum th { border-top: 2px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; font-size: .92rem; margin: .8rem 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } figure.wide svg {
width: 46rem; max-width: none; }
  th:not(.number), td:not(.number) { min-width: 7.5rem; } .verdict { white-space: normal; border-radius: .6rem; } }
code { font-size: .86em; overflow-wrap: anywhere; }
@media print { :root { color-scheme: light; ${LIGHT} --ground: #fff; } body { font-size: 10.5pt; } nav { display: none;
}
  main { padding: 0; max-width: none; } h2, h3 { break-after: avoid; } .scroll, .card, .note { break-inside: avoid; }
/* Paper does not scroll. */
.scroll { overflow: visible; } table { font-size: 8pt; } th, td { padding: .25rem .4rem; }
th, td.number, th.number { white-space: normal; }
* { print-color-adjust: exact; } }
`;
