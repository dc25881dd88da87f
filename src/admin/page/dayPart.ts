import { countText, numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import { timeText } from '../../timeText.js';
import type { DayStretch, StatusSnapshot } from '../serviceState.js';
import { bars, roundTop, type Stack } from './bars.js';
import { duration, time } from './pageWords.js';

/** The last 24 hours: how many, how long, how many failed. */
export function dayPart({ day, ledger }: StatusSnapshot): Html {
  const stretches = day.map((stretch) => ({ ...stretch, ...sums(stretch) }));
  const total = stretches.reduce((sum, { all }) => sum + all, 0);
  return html`<section id="day" data-live aria-labelledby="day-title">
<h2 id="day-title">The last 24 hours</h2>
${
  total === 0
    ? html`<p class="quiet">${
        ledger.toldAt === undefined ? 'Not known while the ledger does not answer.' : 'No exam ended.'
      }</p>`
    : html`<div class="plots">${throughput(stretches)}${latency(stretches)}${failures(stretches)}</div>
${dayTable(stretches)}`
}
</section>`;
}

interface Summed extends DayStretch {
  answered: number;
  bad: number;
  all: number;
}

function sums({ delivered, partial, notProcessed, failed }: DayStretch) {
  const [answered, bad] = [delivered + partial, notProcessed + failed];
  return { answered, bad, all: answered + bad };
}

function throughput(day: readonly Summed[]): Html {
  const answered = day.reduce((sum, stretch) => sum + stretch.answered, 0);
  const partial = day.reduce((sum, stretch) => sum + stretch.partial, 0);
  const among = partial > 0 ? `, ${numberText(partial)} of them partial` : '';
  const said = `${countText(answered, 'exam')} answered${among}`;
  const top = roundTop(Math.max(...day.map((stretch) => stretch.answered)));
  const stacks = day.map(({ delivered, partial }) => [
    { value: delivered, look: 'fill-good' },
    { value: partial, look: 'fill-wait' },
  ]);
  return plot(day, { title: 'Throughput', said, stacks, top, unit: `${top} in half an hour` });
}

function latency(day: readonly Summed[]): Html {
  const known = day.filter(({ median }) => median !== undefined);
  const longest = Math.max(0, ...known.map(({ most }) => most ?? 0));
  const medians = known.map(({ median }) => median!).sort((a, b) => a - b);
  const usual = medians[Math.floor(medians.length / 2)];
  const said =
    usual === undefined
      ? 'No exam was answered'
      : `Usually ${duration(usual)} from the last image to the result, at most ${duration(longest)} for 95 of 100`;
  const top = roundTop(longest);
  const stacks = day.map(({ median = 0, most = 0 }) => [
    { value: median, look: 'fill-busy' },
    { value: Math.max(0, most - median), look: 'fill-faint' },
  ]);
  return plot(day, { title: 'Time to the result', said, stacks, top, unit: duration(top) });
}

function failures(day: readonly Summed[]): Html {
  const bad = day.reduce((sum, stretch) => sum + stretch.bad, 0);
  const all = day.reduce((sum, stretch) => sum + stretch.all, 0);
  const shares = day.map(({ bad, all }) => (all === 0 ? 0 : (100 * bad) / all));
  const stacks = shares.map((value) => [{ value, look: 'fill-bad' }]);
  const top = Math.min(100, Math.max(LOWEST_SHARE_SHOWN, roundTop(Math.max(...shares))));
  const unit = `${top} % of the exams of half an hour`;
  const said =
    bad === 0
      ? 'None failed'
      : `${numberText(bad)} of ${countText(all, 'exam')} failed (${percent(bad, all)}). The scale ends at ${top} %`;
  return plot(day, { title: 'Failures', said, stacks, top, unit });
}

/** Percent. The scale follows the highest share, so that small ones show; one exam of hundreds is to look small. */
const LOWEST_SHARE_SHOWN = 5;

interface Plot {
  title: string;
  said: string;
  stacks: readonly Stack[];
  top: number;
  /** What the top of the drawing stands for. */
  unit: string;
}

function plot(day: readonly Summed[], { title, said, stacks, top, unit }: Plot): Html {
  const clock = (index: number) => timeText(day[index]!.from).slice(11, 16);
  const marks = [0, Math.floor(day.length / 2), day.length - 1].map(clock);
  return html`<figure class="card plot"><figcaption><strong>${title}</strong><br>${said}</figcaption>
<p class="axis" aria-hidden="true">${unit}</p>
${bars(stacks, top, `${title}: ${said}. Each half hour is in the table below.`)}
<p class="axis ends" aria-hidden="true">${marks.map((mark) => html`<span>${mark}</span>`)}</p></figure>`;
}

function percent(part: number, all: number): string {
  const share = (100 * part) / all;
  return `${share < 10 ? Math.round(share * 10) / 10 : Math.round(share)} %`;
}

function dayTable(day: readonly Summed[]): Html {
  const rows = day.filter(({ all }) => all > 0).reverse();
  return html`<details id="day-table"><summary>The same as a table</summary>
<div class="scroll" role="region" aria-label="The last 24 hours by the half hour" tabindex="0"><table>
<thead><tr><th scope="col">Half hour from</th><th scope="col">Delivered</th><th scope="col">Partial</th>
<th scope="col">Not processed</th><th scope="col">Tried again</th><th scope="col">Usual time</th>
<th scope="col">95 of 100 within</th></tr></thead>
<tbody>${rows.map(
    ({
      from,
      delivered,
      partial,
      notProcessed,
      failed,
      median,
      most,
    }) => html`<tr><th scope="row">${time(from)}</th>
<td>${delivered}</td><td>${partial}</td><td>${notProcessed}</td><td>${failed}</td>
<td>${median === undefined ? '' : duration(median)}</td><td>${most === undefined ? '' : duration(most)}</td></tr>
`,
  )}</tbody></table></div></details>`;
}
