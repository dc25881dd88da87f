import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { StatusSnapshot } from '../serviceState.js';
import { shortTime, stateMark, uidText } from './pageWords.js';

/** What waits, and why. */
export function queuePart(snapshot: StatusSnapshot): Html {
  const { exams, now, counts, backlog } = snapshot;
  const inWork = exams.filter(({ state }) => state === 'claimed' || state === 'delivering');
  const working = (counts.claimed ?? 0) + (counts.delivering ?? 0);
  const waits = backlog === undefined ? [] : reasonsToWait(snapshot);
  return html`<section id="queue" data-live aria-labelledby="queue-title">
<h2 id="queue-title">What waits, and why</h2>
<ul class="lines">
${
  working > 0
    ? html`<li><strong>${countText(working, 'exam')}</strong> in work:
${inWork.map(
  ({ studyInstanceUID, state, updatedAt }) =>
    html`<span class="one"><a href="/exams/${studyInstanceUID}">${uidText(
      studyInstanceUID,
    )}</a> ${stateMark(state)} since ${shortTime(updatedAt, now)}</span>`,
)}</li>`
    : undefined
}
${waits.map((line) => html`<li>${line}</li>`)}
${backlog === undefined ? html`<li class="quiet">Not known while the ledger does not answer.</li>` : undefined}
${backlog !== undefined && waits.length === 0 ? html`<li class="quiet">Nothing waits.</li>` : undefined}
</ul>
</section>`;
}

function reasonsToWait({ backlog, pausing, pacs, now, reasons }: StatusSnapshot): Html[] {
  const { ready, arriving, again, others } = backlog!;
  const lines: Html[] = [];
  const be = (count: number) => (count === 1 ? 'is' : 'are');
  if (ready > 0) {
    const why =
      pausing !== undefined
        ? 'for the end of the pause'
        : pacs.reachable === false
          ? 'for the PACS'
          : 'for a worker: others come first';
    lines.push(
      html`<strong>${countText(ready, 'exam')}</strong> ${be(ready)} complete and
wait${ready === 1 ? 's' : ''} ${why}.`,
    );
  }
  if (arriving.exams > 0) {
    const until =
      arriving.until === undefined
        ? ''
        : html` The ${arriving.exams === 1 ? 'exam counts' : 'first counts'} as complete at ${shortTime(
            arriving.until,
            now,
          )}, unless more images come.`;
    lines.push(
      html`<strong>${countText(arriving.exams, 'exam')}</strong> ${be(arriving.exams)} still arriving.${until}`,
    );
  }
  if (again.exams > 0) {
    // Not what stands above already.
    const failed = pacs.reachable === false ? [] : reasons.filter(({ state }) => state === 'failed');
    const why = failed.map(({ reason }) => reason);
    const next =
      again.next === undefined
        ? ''
        : again.next <= now
          ? ' Their turn has come.'
          : html` Next ${shortTime(again.next, now)}.`;
    lines.push(html`<strong>${countText(again.exams, 'exam')}</strong> failed and ${be(again.exams)} tried again by
${again.exams === 1 ? 'itself' : 'themselves'}.${next}${why[0] && html` Most often: ${why[0]}`}`);
  }
  if (others > 0)
    lines.push(html`<strong>${countText(others, 'exam')}</strong> belong${others === 1 ? 's' : ''} to another version of
the model or other settings. No service here takes ${others === 1 ? 'it' : 'them'} up: <code>mamori adopt</code> hands
${others === 1 ? 'it' : 'them'} over.`);
  return lines;
}
