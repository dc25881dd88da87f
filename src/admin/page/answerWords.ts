import {
  AI_NOTICE,
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
  /** What stands over the list, for all of it; undefined where nothing in it is answered. */
  note: string | undefined;
  /** Undefined for an exam that has no answer. */
  of(exam: ExamStatus): Html | undefined;
}

/**
 * The answers in short. Sides of the operating point are told by words, not by colours: none of them is good or bad
 * news. What must stand beside a number stands over the list where it is the same for all, else with each.
 */
export function answerWords(exams: readonly ExamStatus[]): AnswerWords {
  const [common, ...others] = new Set(exams.flatMap(({ shortAnswer }) => shortAnswer ?? []).map(reading));
  const isCommon = others.length === 0;
  return {
    note:
      common === undefined
        ? undefined
        : `${AI_NOTICE} Of each breast: ${isCommon ? common : 'a probability, with what it is of.'}`,
    of: (exam) => answerText(exam, isCommon),
  };
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

function answerText({ state, shortAnswer }: ExamStatus, isRead: boolean): Html | undefined {
  const isAnswered = state === 'delivered' || state === 'partial';
  if (!isAnswered) return undefined;
  if (shortAnswer === undefined) return html`<span class="quiet">Not kept here: open the exam</span>`;
  const { operatingPoint, breasts } = shortAnswer;
  return html`${breasts.map((breast) => breastText(breast, operatingPoint))}${
    isRead ? undefined : html`<span class="quiet">${reading(shortAnswer)}</span>`
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
