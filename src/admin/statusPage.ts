import { NOT_FOR_PRIMARY_DIAGNOSIS } from '../findings/index.js';
import { Html, html } from '../html.js';
import { timeText } from '../timeText.js';
import { ailments } from './health.js';
import { STYLE } from './pageStyle.js';
import type { ExamStatus, StatusSnapshot } from './serviceState.js';

const REFRESH_SECONDS = 10;

const SERVICE: Record<StatusSnapshot['service']['state'], string> = {
  starting: 'Starting',
  waiting: 'Waiting for new exams',
  looking: 'Looking for new exams',
  working: 'Working on exams',
  stopping: 'Stopping',
};

/** The look of a state; its name stands there too, so colour alone carries nothing. */
const LOOK: Record<string, string> = {
  delivered: 'good',
  partial: 'bad',
  'not-processed': 'bad',
  failed: 'bad',
  claimed: 'busy',
  delivering: 'busy',
  waiting: 'wait',
};

const WORDS: Record<string, string> = {
  waiting: 'waiting',
  claimed: 'in work',
  delivering: 'delivering',
  failed: 'to be retried',
  delivered: 'delivered',
  partial: 'partial: a view has no answer',
  'not-processed': 'not processed',
};

/** The whole status page: one document that loads nothing and renews itself. */
export function statusPage(snapshot: StatusSnapshot): string {
  const { service, pacs, model, counts, exams } = snapshot;
  const wrong = ailments(snapshot);
  const banner =
    wrong.length === 0
      ? html`<p class="banner good">All is well</p>`
      : html`<div class="banner bad" role="alert">Something needs attention
<ul>${wrong.map((ailment) => html`<li>${ailment}</li>`)}</ul></div>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${wrong.length === 0 ? '' : '! '}Mamori</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header><h1>Mamori</h1>
<span class="quiet">version ${snapshot.version}, up since ${time(snapshot.startedAt)}</span></header>
${banner}
<div class="cards">
<section class="card"><h2>Service</h2><p>${SERVICE[service.state]}</p>
<p class="quiet">${lastLook(service)}</p></section>
<section class="card"><h2>PACS</h2><p>${reachability(pacs)}</p>
<p class="quiet">${pacs.url}</p></section>
<section class="card"><h2>Model</h2><p>${model.name} ${model.version}</p>
<p class="quiet">${model.engine} on ${model.device}: ${model.reason}</p></section>
</div>
<h2>Exams</h2>
<dl class="counts">
<div><dt>ready to be worked on</dt><dd>${snapshot.queue}</dd></div>
${Object.entries(counts).map(([state, count]) => html`<div><dt>${WORDS[state] ?? state}</dt><dd>${count}</dd></div>`)}
</dl>
<h2>Latest exams</h2>
${exams.length === 0 ? html`<p class="quiet">None yet.</p>` : table(exams)}
<footer class="quiet">As of ${time(snapshot.now)}, renewed every ${REFRESH_SECONDS} seconds ·
<a href="health">health</a> · <a href="metrics">metrics</a> ·
AI results are ${NOT_FOR_PRIMARY_DIAGNOSIS}.</footer>
</main>
</body>
</html>
`;
  return page.text;
}

function lastLook({ lastCycle: cycle }: StatusSnapshot['service']): Html | string {
  if (cycle === undefined) return 'No look at the PACS yet';
  const studies = cycle.studies === 1 ? 'study' : 'studies';
  const found = `${cycle.studies} mammography ${studies}, ${cycle.exams} worked on`;
  return html`Last look ${time(cycle.endedAt)}: ${found}${passedOver(cycle.passedOver)}`;
}

/** What the settings pass over is said, or nobody would know why an exam has no result. */
function passedOver(counts: Readonly<Record<string, number>> = {}): string {
  const told = Object.entries(counts).map(([setting, count]) => `${count} by ${setting}`);
  return told.length === 0 ? '' : `; passed over: ${told.join(', ')}`;
}

function reachability({ reachable, since, leftAlone }: StatusSnapshot['pacs']): Html | string {
  if (leftAlone !== undefined) {
    const what = leftAlone.code === 'pacs-unauthorised' ? 'Refuses us' : 'In trouble';
    return html`${what}${since && html` since ${time(since)}`}; not asked before ${time(leftAlone.until)}`;
  }
  if (reachable === undefined) return 'Not tried yet';
  if (reachable) return 'Reachable';
  return html`Not reachable${since && html` since ${time(since)}`}`;
}

const HEADINGS = ['Study Instance UID', 'State', 'Reason', 'First seen', 'Closed', 'Tries'];

function table(exams: readonly ExamStatus[]): Html {
  return html`<div class="scroll" role="region" aria-label="Latest exams" tabindex="0"><table>
<thead><tr>${HEADINGS.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${exams.map(row)}
</tbody>
</table></div>`;
}

function row(exam: ExamStatus): Html {
  const { state, retryAt, reason, code, closedAt } = exam;
  const again = retryAt === undefined ? undefined : html` Again ${time(retryAt)}.`;
  const revision =
    exam.revision > 1 ? html` <span class="quiet">(revision ${exam.revision})</span>` : undefined;
  return html`<tr><td class="uid">${exam.studyInstanceUID}${revision}</td>
<td><span class="state ${LOOK[state] ?? 'wait'}">${WORDS[state] ?? state}</span></td>
<td>${reason ?? code}${again}</td>
<td class="time">${time(exam.firstSeen)}</td>
<td class="time">${closedAt && time(closedAt)}</td>
<td>${exam.attempts}</td></tr>
`;
}

/** The server's own local time, with the moment itself for machines. */
function time(date: Date): Html {
  return html`<time datetime="${date.toISOString()}">${timeText(date)}</time>`;
}
