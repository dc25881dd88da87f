/** The pages' whole look. Contrast is 4.5:1 or better in both schemes. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #fff; --text: #1b2430; --quiet: #55606f; --line: #d7dce3; --link: #1d4f91;
  --good: #12603a; --good-ground: #dcf3e5; --bad: #9b1717; --bad-ground: #fde5e3;
  --busy: #1d4f91; --busy-ground: #dfebfa; --wait: #664800; --wait-ground: #fbefcf;
  --fill-good: #2f9a63; --fill-bad: #cf3a33; --fill-busy: #3d7bc8; --fill-wait: #c58a00; --fill-faint: #b9cde8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --card: #1b212a; --text: #e6eaf0; --quiet: #a6b0be; --line: #343d4a; --link: #93c0ff;
    --good: #86dfaa; --good-ground: #143324; --bad: #ffa8a1; --bad-ground: #441d1b;
    --busy: #9bc5ff; --busy-ground: #182f4f; --wait: #f3d17c; --wait-ground: #3b2f10;
    --fill-good: #4cb983; --fill-bad: #e5635b; --fill-busy: #5e9be6; --fill-wait: #d9a73a; --fill-faint: #34506f;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, .bar, footer, body > .banner { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
main:focus, section:focus { outline: none; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .2rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; display: block; padding: .6rem 1rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.top { background: var(--card); border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1.5rem; min-height: 3rem; }
.bar p, .bar ul { margin: 0; padding: 0; }
.bar ul { display: flex; gap: 1.2rem; list-style: none; }
.bar nav a { display: inline-block; padding: .5rem 0; }
.brand a { font-weight: 700; color: inherit; text-decoration: none; }
.who { margin-left: auto !important; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 1rem 0 .4rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
.quiet { color: var(--quiet); }
.banner { border-radius: .6rem; padding: .9rem 1.1rem; margin: 0 0 1rem; border: 1px solid currentColor; }
.banner.good, .banner.bad, .banner.wait { border-left-width: .5rem; }
.banner h1 { margin: 0; }
.banner p { margin: .5rem 0 0; color: var(--text); }
.banner .since { white-space: nowrap; }
body > .banner { padding: .7rem 1.1rem; margin: 0 auto 1rem; font-weight: 600; width: calc(100% - 2rem); }
#outcome.banner { position: sticky; top: .5rem; z-index: 1; }
.sign { display: inline-block; min-width: 1.1em; }
.lines { margin: 0; padding: 0; list-style: none; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; }
.lines li { padding: .6rem 1rem; }
.lines li + li { border-top: 1px solid var(--line); }
.lines .one { display: block; }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; margin: 0; }
.card h3, .card h2 { margin: 0 0 .3rem; }
.card p { margin: .3rem 0 0; }
.reason { margin-bottom: .8rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.2rem; }
.todo { border-left: 3px solid currentColor; padding-left: .7rem; }
button, select, input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--quiet);
  border-radius: .4rem; padding: .45rem .9rem; min-height: 2.75rem; max-width: 100%; }
button { cursor: pointer; margin-top: .5rem; font-weight: 600; }
.actions button, button.small { margin-top: 0; }
button.small { min-height: 2rem; padding: .1rem .7rem; font-weight: 400; }
button:hover { border-color: var(--text); }
button[aria-disabled] { cursor: progress; opacity: .6; }
button.hindered { cursor: not-allowed; }
button.strong { background: var(--link); color: var(--card); border-color: var(--link); }
.code { font-size: .85rem; font-family: ui-monospace, Menlo, Consolas, monospace; font-weight: 400; }
code { font-size: .9em; font-family: ui-monospace, Menlo, Consolas, monospace; }
.plots { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); }
.plot figcaption { min-height: 4.6rem; }
.bars { display: block; width: 100%; height: 6rem; }
.bars .ground { stroke: var(--quiet); stroke-width: 1; vector-effect: non-scaling-stroke; }
.fill-good { fill: var(--fill-good); } .fill-bad { fill: var(--fill-bad); } .fill-busy { fill: var(--fill-busy); }
.fill-wait { fill: var(--fill-wait); } .fill-faint { fill: var(--fill-faint); }
.plot .axis { margin: 0; font-size: .8rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.axis.ends { display: flex; justify-content: space-between; }
details { margin-top: .8rem; }
summary { cursor: pointer; padding: .4rem 0; }
.counts { margin: 0 0 .6rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
table.exams { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  border-collapse: separate; border-spacing: 0; }
th, td { text-align: left; padding: .5rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td { font-variant-numeric: tabular-nums; }
.time, time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.breast { display: block; white-space: nowrap; }
.breast .code { white-space: normal; }
.uid { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .85rem; overflow-wrap: anywhere; }
table .uid { display: inline-block; max-width: 33rem; }
.scroll table { overflow-wrap: break-word; }
.scroll .uid { min-width: 13rem; }
.state { display: inline-block; border-radius: 1rem; padding: .05rem .65rem; white-space: nowrap; font-size: .85rem;
  font-weight: 600; border: 1px solid transparent; }
h3 .state { font-size: .9rem; } h2 .state { font-size: 1rem; }
.good { color: var(--good); background: var(--good-ground); }
.bad { color: var(--bad); background: var(--bad-ground); }
.busy { color: var(--busy); background: var(--busy-ground); }
.wait { color: var(--wait); background: var(--wait-ground); }
.plain { border-color: var(--quiet); }
.summary { white-space: pre-line; }
.pictures { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 46%), 1fr)); }
.pictures figure { margin: 0; } .pictures figcaption { padding: .3rem .1rem; font-size: .9rem; }
.pictures img { display: block; width: 100%; height: auto; background: #000; border-radius: .4rem; }
.steps { margin: 0; padding: 0; list-style: none; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; }
.steps li { padding: .5rem 1rem; display: grid; gap: 0 1rem; grid-template-columns: 17.5rem 1fr; }
.steps li + li { border-top: 1px solid var(--line); }
.filter { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: end; }
.filter p { margin: 0; max-width: 100%; } .filter label { display: block; font-size: .9rem; }
.filter #study { width: 24rem; max-width: 100%; }
.old main { opacity: .65; }
footer { margin-top: 2.5rem !important; padding-bottom: 2rem !important; font-size: .9rem; }
footer p { margin: .2rem 0; }
@media (max-width: 44rem) {
  .uid { font-size: .8rem; }
  table.exams thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.exams, table.exams tbody, table.exams tr, table.exams td { display: block; width: 100%; }
  table.exams tr { padding: .7rem 1rem; border-bottom: 1px solid var(--line); }
  table.exams tr:last-child { border-bottom: 0; }
  table.exams td { border: 0; padding: .1rem 0; }
  table.exams td:empty { display: none; }
  table.exams td[data-heading]::before { content: attr(data-heading) " "; color: var(--quiet); }
  table .uid { max-width: none; }
  .scroll th, .scroll td { padding: .5rem .4rem; }
  .scroll .uid { min-width: 5rem; }
  .scroll thead th { white-space: normal; }
  .steps li { grid-template-columns: 1fr; }
  .plot figcaption { min-height: 0; }
}
@media (prefers-reduced-motion: no-preference) { button { transition: border-color .1s; } }
`;
