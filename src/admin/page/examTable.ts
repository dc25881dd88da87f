import { SaidOnce } from '../../dicom/index.js';
import { AI_NOTICE } from '../../findings/index.js';
import { type Html, html } from '../../html.js';
import type { ExamStatus } from '../serviceState.js';
import { type AnswerWords, answerWords } from './answerWords.js';
import type { Viewer } from './layout.js';
import { duration, shortTime, stateMark, uidText } from './pageWords.js';

const ANSWER = 'Answer';
const HEADINGS = ['Study Instance UID', 'State', ANSWER, 'Seen', 'Ended', 'Took', 'Why'];

/** On a phone each row is a card of its own; roles keep it a table for who hears it. */
export function examTable(
  exams: readonly ExamStatus[],
  { now, label, seesAnswers }: { now: Date; label: string } & Pick<Viewer, 'seesAnswers'>,
): Html {
  const words = answerWords(exams);
  const said = new SaidOnce();
  const headings = HEADINGS.filter((heading) => seesAnswers || heading !== ANSWER);
  return html`${noteOver(words)}<table class="exams" role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${headings.map(
    (heading) => html`<th scope="col" role="columnheader">${heading}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">
${exams.map((exam) => row(exam, now, { words: seesAnswers ? words : undefined, said }))}
</tbody></table>`;
}

/** What must stand beside the numbers. */
function noteOver({ notes }: AnswerWords): Html | undefined {
  const [only, ...others] = notes;
  if (only === undefined) return undefined;
  const more = 'More is in the report: open the exam.';
  if (others.length === 0)
    return html`<p class="quiet">${AI_NOTICE} Of each breast: ${only.text} ${more}</p>`;
  return html`<div class="quiet"><p>${AI_NOTICE} Of each breast, by the letter after its exam's numbers:</p>
<ul class="lines">${notes.map(({ letter, text }) => html`<li><strong>${letter}</strong> ${text}</li>`)}</ul>
<p>${more}</p></div>`;
}

function row(
  exam: ExamStatus,
  now: Date,
  { words, said }: { words: AnswerWords | undefined; said: SaidOnce },
): Html {
  const { studyInstanceUID, state, revision, firstSeen, closedAt, retryAt, attempts } = exam;
  const [, , , seen, ended, took, why] = HEADINGS;
  const again = retryAt && html` Next try ${shortTime(retryAt, now)}.`;
  const tries = attempts > 1 ? ` ${attempts} tries.` : '';
  const cell = (heading: string | undefined, value: Html | string | undefined) =>
    html`<td role="cell" data-heading="${heading}">${value}</td>`;
  return html`<tr role="row"><td role="cell"><a href="/exams/${studyInstanceUID}">${uidText(studyInstanceUID)}</a>${
    revision > 1 ? html` <span class="quiet">revision ${revision}</span>` : undefined
  }</td>
<td role="cell">${stateMark(state)}</td>
${words && cell(ANSWER, words.of(exam))}
${cell(seen, shortTime(firstSeen, now))}
${cell(ended, closedAt && shortTime(closedAt, now))}
${cell(took, tookText(exam))}
${cell(why, html`${whyText(exam, said)}${again}${tries}`)}</tr>
`;
}

/**
 * Of many exams in the same trouble one sentence is enough: each exam's page has it. What an answer lacks belongs
 * beside that answer, as often as it may be.
 */
function whyText({ state, reason, code }: ExamStatus, said: SaidOnce): Html | string | undefined {
  if (state === 'delivered' || state === 'partial') return reason ?? code;
  const text = said.text({ code, reason });
  return reason !== undefined && text === code ? html`<span class="quiet code">${code}</span>` : text;
}

/** From the last image to the end. Of a later revision that could be months, and says nothing. */
function tookText({ revision, closedAt, lastChange }: ExamStatus): string | undefined {
  if (revision > 1 || closedAt === undefined) return undefined;
  return duration((closedAt.getTime() - lastChange.getTime()) / 1000);
}
