import {
  type BreastAnswer,
  breastName,
  operatingPointPercent,
  percent,
  type ShortAnswer,
} from '../../findings/index.js';
import { type Html, html } from '../../html.js';
import type { ExamStatus } from '../serviceState.js';

/** How the answers of a list are written out. */
export interface AnswerWords {
  /**
   * What a reader of the numbers has to know: it stands over the list, once, each with a letter that stands after the
   * numbers where there are several. None where nothing in the list is answered.
   */
  notes: readonly { letter: string; text: string }[];
  /** Undefined for an exam that has no answer. */
  of(exam: ExamStatus): Html | undefined;
}

/**
 * The answers in short. Sides of the operating point are told by words, not by colours: none of them is good or bad
 * news.
 */
export function answerWords(exams: readonly ExamStatus[]): AnswerWords {
  const readings = new Set(exams.flatMap(({ shortAnswer }) => shortAnswer ?? []).map(reading));
  const notes = [...readings].map((text, index) => ({ letter: letterOf(index), text }));
  const noteOf = ({ shortAnswer }: ExamStatus) =>
    notes.length > 1 && shortAnswer !== undefined
      ? notes.find(({ text }) => text === reading(shortAnswer))
      : undefined;
  return { notes, of: (exam) => answerText(exam, noteOf(exam)) };
}

/** a to z, then a2 to z2 */
function letterOf(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(97 + (index % 26))}${round === 0 ? '' : round + 1}`;
}

/** What a reader of the number has to know. */
function reading({ probabilityName, operatingPoint, notExcluded, caution }: ShortAnswer): string {
  const point = `${operatingPointPercent(operatingPoint)} %`;
  return [
    `${probabilityName}, at or above or below the operating point of ${point};`,
    `below does not exclude ${notExcluded}.`,
    ...(caution === undefined ? [] : [caution]),
  ].join(' ');
}

/** @param note that the numbers are read by, where there are several */
function answerText(
  { state, shortAnswer }: ExamStatus,
  note: { letter: string } | undefined,
): Html | undefined {
  const isAnswered = state === 'delivered' || state === 'partial';
  if (!isAnswered) return undefined;
  if (shortAnswer === undefined) return html`<span class="quiet">Not kept here: open the exam</span>`;
  const { operatingPoint, breasts } = shortAnswer;
  return html`${breasts.map((breast) => breastText(breast, operatingPoint))}${
    note &&
    html`<span class="quiet"><span class="unseen">read as over the list under </span>(${note.letter})</span>`
  }`;
}

function breastText(breast: BreastAnswer, operatingPoint: number): Html {
  const { laterality } = breast;
  const spoken = html`<span class="unseen">${breastName(laterality)}:</span>`;
  const name = html`<span aria-hidden="true">${laterality}</span>${spoken}`;
  if (!breast.answered)
    return html`<span class="breast">${name} not analysed <span class="quiet code">${breast.code}</span></span>`;
  const [only, ...others] = breast.views;
  const alone = others.length === 0 && only !== undefined ? ` (${only} alone)` : '';
  const number = `${percent(breast.probability, operatingPoint)} %`;
  const side = breast.positive ? html`<strong>at or above</strong>` : 'below';
  const point = html`<span class="unseen"> the operating point of ${operatingPointPercent(operatingPoint)} %</span>`;
  return html`<span class="breast">${name} ${number}, ${side}${point}${alone}</span>`;
}
