/** The page's whole look. In the page itself: it loads nothing. Contrast is 4.5:1 or better in both schemes. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --text: #1b2430; --quiet: #566274; --line: #dde2e9;
  --good: #17663a; --good-ground: #dcf3e5; --bad: #a11b1b; --bad-ground: #fce3e1;
  --busy: #1d4f91; --busy-ground: #dfebfa; --wait: #6b4c00; --wait-ground: #fbefcf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --card: #1b212a; --text: #e6eaf0; --quiet: #a2adbb; --line: #313a47;
    --good: #7ddba3; --good-ground: #163626; --bad: #ff9d96; --bad-ground: #431c1b;
    --busy: #93c0ff; --busy-ground: #182f4f; --wait: #f1cd75; --wait-ground: #3a2f10;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; margin-bottom: 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
.quiet { color: var(--quiet); }
.banner { border-radius: .5rem; padding: .7rem 1rem; margin: 0 0 1rem; font-weight: 600; overflow-wrap: anywhere; }
.banner ul { margin: .3rem 0 0; padding-left: 1.2rem; font-weight: 400; }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; }
.card h2 { margin: 0 0 .3rem; font-size: .85rem; color: var(--quiet); font-weight: 600; }
.card p { margin: 0; overflow-wrap: anywhere; }
dl.counts { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); margin: 0; }
dl.counts div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem 1rem; }
dl.counts dt { color: var(--quiet); font-size: .85rem; }
dl.counts dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .5rem .9rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
td.uid { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .82rem;
  overflow-wrap: anywhere; min-width: 16rem; }
td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.state { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; white-space: nowrap; font-size: .82rem; }
.good { color: var(--good); background: var(--good-ground); }
.bad { color: var(--bad); background: var(--bad-ground); }
.busy { color: var(--busy); background: var(--busy-ground); }
.wait { color: var(--wait); background: var(--wait-ground); }
footer { margin-top: 2rem; font-size: .85rem; }
a { color: var(--busy); }
`;
