import { countText, numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import { adviceOn, mayHelpToRetry } from '../advice.js';
import type { ReasonStatus, StatusSnapshot } from '../serviceState.js';
import { orderButton, type Viewer } from './layout.js';
import { orderHindrance, shortTime, stateMark } from './pageWords.js';

const DAY_MS = 24 * 3_600_000;

/** What failed or is partial, and what to do. */
export function reasonsPart(snapshot: StatusSnapshot, viewer: Viewer): Html {
  const { reasons, now, ledger } = snapshot;
  const wrong = reasons.filter(({ isRight }) => !isRight);
  const isNew = ({ latest }: ReasonStatus) => now.getTime() - latest.getTime() < DAY_MS;
  const fresh = wrong.filter(isNew);
  const old = wrong.filter((reason) => !isNew(reason));
  const right = reasons.filter(({ isRight }) => isRight).reduce((sum, { exams }) => sum + exams, 0);
  const known = ledger.toldAt !== undefined;
  return html`<section id="reasons" data-live aria-labelledby="reasons-title">
<h2 id="reasons-title">What failed, and what to do</h2>
${fresh.map((reason, index) => reasonCard(reason, snapshot, viewer, `new-${index}`))}
${known && fresh.length === 0 ? html`<p class="quiet">Nothing in the last 24 hours.</p>` : undefined}
${known ? undefined : html`<p class="quiet">Not known while the ledger does not answer.</p>`}
${
  old.length === 0
    ? undefined
    : html`<details id="older-reasons"><summary>Older than a day: ${countText(
        old.reduce((sum, { exams }) => sum + exams, 0),
        'exam',
      )}</summary>
${old.map((reason, index) => reasonCard(reason, snapshot, viewer, `old-${index}`))}</details>`
}
${
  right > 0
    ? html`<p class="quiet">${countText(right, 'study', 'studies')} held nothing to analyse, and that is right.</p>`
    : undefined
}
</section>`;
}

function reasonCard(group: ReasonStatus, snapshot: StatusSnapshot, viewer: Viewer, key: string): Html {
  const { now } = snapshot;
  const { state, code, exams, latest, reason } = group;
  const todo =
    state === 'failed' ? html`They are tried again by themselves. ${adviceOn(code)}` : adviceOn(code);
  const list = `/exams?state=${state}${code === undefined ? '' : `&code=${encodeURIComponent(code)}`}`;
  return html`<article class="card reason" aria-labelledby="reason-${key}">
<h3 id="reason-${key}">${countText(exams, 'exam')} ${stateMark(state)} <span class="quiet code">${code}</span></h3>
<p>${
    exams > 1
      ? html`<span class="quiet">The latest, ${shortTime(latest, now)}:</span> `
      : html`<span
class="quiet">${shortTime(latest, now)}:</span> `
  }${reason ?? code}</p>
${todo && html`<p class="todo"><strong>What to do:</strong> ${todo}</p>`}
<p class="actions"><a href="${list}">Show ${exams === 1 ? 'the exam' : 'these exams'}</a>
${
  mayHelpToRetry(state, code)
    ? orderButton(viewer, {
        id: `retry-${key}`,
        words: exams === 1 ? 'Try it again now' : `Try all ${numberText(exams)} again now`,
        about: code,
        address: '/api/v1/retry',
        body: { states: [state], ...(code && { codes: [code] }) },
        hindered: orderHindrance(snapshot),
        ask: exams > 1 ? `Have ${countText(exams, 'exam')} tried again now?` : undefined,
      })
    : undefined
}</p>
</article>`;
}
