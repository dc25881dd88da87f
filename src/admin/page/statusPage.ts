import { countText, numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import { conditionOf } from '../condition.js';
import type { StatusSnapshot } from '../serviceState.js';
import { conditionPart } from './conditionPart.js';
import { dayPart } from './dayPart.js';
import { examTable } from './examTable.js';
import { layout, orderButton, type Viewer } from './layout.js';
import { duration, orderHindrance, shortTime, stateName, time } from './pageWords.js';
import { queuePart } from './queuePart.js';
import { reasonsPart } from './reasonsPart.js';

const SERVICE: Record<StatusSnapshot['service']['state'], string> = {
  starting: 'Starting',
  waiting: 'Waiting for new exams',
  looking: 'Looking for new exams',
  working: 'Working on exams',
  stopping: 'Stopping',
};

/** As many of the latest exams as the page shows; all of them are a link away. */
const EXAMS_SHOWN = 12;

/** The service at a glance: is it working, what waits and why, what failed and what to do. */
export function statusPage(snapshot: StatusSnapshot, viewer: Viewer): string {
  const condition = conditionOf(snapshot);
  const body = html`${conditionPart(snapshot, condition, viewer)}
${queuePart(snapshot)}
${reasonsPart(snapshot, viewer)}
${dayPart(snapshot)}
${latestPart(snapshot, viewer)}
${partsPart(snapshot, viewer)}`;
  const isAlarming = condition.level === 'trouble' || condition.level === 'paused';
  const { version, now } = snapshot;
  return layout({ title: `${condition.headline} – Mamori`, isAlarming, now, version, viewer, body });
}

function latestPart({ exams, now, counts }: StatusSnapshot, { seesAnswers }: Viewer): Html {
  const known = Object.entries(counts).filter(([, count]) => count > 0);
  return html`<section id="latest" data-live aria-labelledby="latest-title">
<h2 id="latest-title">Latest exams</h2>
${
  known.length === 0
    ? undefined
    : html`<p class="counts">${known.map(
        ([state, count], index) =>
          html`${index > 0 ? ' · ' : ''}<a href="/exams?state=${state}">${numberText(count)} ${stateName(state)}</a>`,
      )}</p>`
}
${
  exams.length === 0
    ? html`<p class="quiet">None yet.</p>`
    : examTable(exams.slice(0, EXAMS_SHOWN), { now, label: 'Latest exams', seesAnswers })
}
</section>`;
}

function partsPart(snapshot: StatusSnapshot, viewer: Viewer): Html {
  const { service, pacs, model, startedAt, now, pausing, unencrypted = [] } = snapshot;
  return html`<section id="parts" data-live aria-labelledby="parts-title">
<h2 id="parts-title">Service, PACS and model</h2>
<div class="cards">
<section class="card" aria-labelledby="service-title"><h3 id="service-title">Service</h3>
<p>${SERVICE[service.state]}</p>
<p class="quiet">${lastLook(snapshot)}</p><p class="quiet">Up since ${time(startedAt)}</p>
${
  unencrypted.length === 0
    ? undefined
    : html`<p class="quiet">Not encrypted, readable on the way:
${unencrypted.map(({ setting, to }) => `${setting} to ${to}`).join(', ')}.
<code>mamori doctor</code> says what to do.</p>`
}
${
  pausing === undefined
    ? orderButton(viewer, {
        id: 'pause',
        words: 'Pause',
        about: 'the work on exams',
        address: '/api/v1/pause',
        hindered: orderHindrance(snapshot),
        ask: 'Take up no exam until somebody orders to go on? Work under way is finished; new exams are still found.',
      })
    : undefined
}</section>
<section class="card" aria-labelledby="pacs-title"><h3 id="pacs-title">PACS</h3><p>${reachability(pacs, now)}</p>
<p class="quiet">${pacs.url}</p></section>
<section class="card" aria-labelledby="model-title"><h3 id="model-title">Model</h3><p>${model.name} ${model.version}</p>
<p class="quiet">${model.engine} on ${model.device}</p>
<details id="why-engine"><summary>Why this engine</summary><p class="quiet">${model.reason}</p></details></section>
</div>
</section>`;
}

function lastLook({ service: { lastCycle: cycle }, now }: StatusSnapshot): Html | string {
  if (cycle === undefined) return 'No look at the PACS has ended yet';
  const when = html`Last look ${shortTime(cycle.endedAt, now)}`;
  if (!cycle.searched) return html`${when}: the PACS gave no answer`;
  const found = countText(cycle.studies, 'mammography study', 'mammography studies');
  return html`${when}: ${found}, ${numberText(cycle.exams)} worked on${passedOver(cycle.passedOver)}`;
}

/** What the settings pass over is said, or nobody would know why an exam has no result. */
function passedOver(counts: Readonly<Record<string, number>> = {}): string {
  const told = Object.entries(counts).map(([setting, count]) => `${numberText(count)} by ${setting}`);
  return told.length === 0 ? '' : `; passed over: ${told.join(', ')}`;
}

function reachability(
  { reachable, since, leftAlone, problem }: StatusSnapshot['pacs'],
  now: Date,
): Html | string {
  const lasting =
    since && html` since ${shortTime(since, now)} (${duration((now.getTime() - since.getTime()) / 1000)})`;
  if (leftAlone !== undefined) {
    const what = leftAlone.code === 'pacs-unauthorised' ? 'Refuses us' : 'In trouble';
    return html`${what}${lasting}; not asked before ${shortTime(leftAlone.until, now)}, so that it can recover.
${problem}`;
  }
  if (reachable === undefined) return 'Not tried yet';
  if (reachable) return 'Answers';
  return html`Not reachable${lasting}. ${problem}`;
}
