import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import { type Condition, unwellToday } from '../condition.js';
import type { StatusSnapshot } from '../serviceState.js';
import { orderButton, type Viewer } from './layout.js';
import { duration, orderHindrance, shortTime } from './pageWords.js';

const LOOK = { good: 'good', paused: 'wait', attention: 'wait', trouble: 'bad' } as const;
const SIGN = { good: '✓', paused: '‖', attention: '!', trouble: '✕' } as const;

/** Is it working? What somebody reads who reads nothing else. */
export function conditionPart(snapshot: StatusSnapshot, condition: Condition, viewer: Viewer): Html {
  const { level, headline } = condition;
  return html`<section id="condition" data-live class="banner ${LOOK[level]}" aria-labelledby="headline">
<h1 id="headline"><span class="sign" aria-hidden="true">${SIGN[level]}</span> ${headline}</h1>
${troubles(snapshot, condition)}
${level === 'good' ? wellWord(snapshot) : lastWord(snapshot, condition)}
${snapshot.pausing === undefined ? undefined : pausePart(snapshot, viewer)}
</section>`;
}

function troubles({ now }: StatusSnapshot, condition: Condition): Html[] {
  return condition.troubles.map(
    ({ what, todo, since }) => html`<p>${what}${
      since && html` <span class="since">Since ${shortTime(since, now)}, ${ago(since, now)}.</span>`
    }</p>
${todo && html`<p class="todo"><strong>What to do:</strong> ${todo}</p>`}`,
  );
}

/** What it means for the exams. */
function lastWord({ ledger, backlog, day, now }: StatusSnapshot, { level }: Condition): Html | undefined {
  if (level === 'attention')
    return html`<p>${countText(unwellToday(day), 'exam')} got no whole answer. <a href="#reasons">What failed, and
what to do</a></p>`;
  if (ledger.problem !== undefined)
    return ledger.toldAt === undefined
      ? html`<p>Nothing is known of the exams until it answers.</p>`
      : html`<p>What is shown of exams below is as of ${shortTime(ledger.toldAt, now)}.</p>`;
  const waiting = (backlog?.ready ?? 0) + (backlog?.again.exams ?? 0);
  if (level !== 'trouble' || waiting === 0) return undefined;
  return html`<p>${waitText(waiting)}; none is lost.</p>`;
}

/** That it does something, too: a page that says no more than that all is well may be an old one. */
function wellWord({ service, day, exams, now }: StatusSnapshot): Html | undefined {
  const answered = day.reduce((sum, { delivered, partial }) => sum + delivered + partial, 0);
  const latest = exams.find(({ closedAt }) => closedAt !== undefined)?.closedAt;
  const look = service.lastCycle && html`Last look at the PACS ${shortTime(service.lastCycle.endedAt, now)}.`;
  if (answered === 0) return html`<p>${look} No exam in the last 24 hours.</p>`;
  return html`<p>${look} ${countText(answered, 'exam')} answered in the last 24 hours${
    latest && html`, the last ${shortTime(latest, now)}`
  }.</p>`;
}

const waitText = (exams: number) => `${countText(exams, 'exam')} ${exams === 1 ? 'waits' : 'wait'}`;

function pausePart(snapshot: StatusSnapshot, viewer: Viewer): Html {
  const { pausing, now, backlog } = snapshot;
  const { since, by, why } = pausing!;
  const waiting = backlog?.ready ?? 0;
  return html`<p>Paused by ${by} since ${shortTime(since, now)}, ${ago(since, now)}${why && html`: “${why}”`}.
The PACS is looked at all the same, so no exam is lost. ${waiting > 0 ? `${waitText(waiting)}.` : ''}</p>
${orderButton(viewer, {
  id: 'go-on',
  words: 'Go on',
  address: '/api/v1/go-on',
  look: 'strong',
  hindered: orderHindrance(snapshot),
})}`;
}

function ago(since: Date, now: Date): string {
  return `for ${duration((now.getTime() - since.getTime()) / 1000)}`;
}
