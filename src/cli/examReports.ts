import { countText, numberText } from '../countText.js';
import { type Reason, SaidOnce } from '../dicom/index.js';
import { absentViewsText, percent } from '../findings/index.js';
import type { ExamReport } from '../poller/index.js';
import { EXIT } from './outcome.js';
import { tableText } from './table.js';

/** An exam's report; `closed-before` was closed already when it was asked for. */
export type ToldExam = Omit<ExamReport, 'end'> & { end: ExamReport['end'] | 'closed-before' };

const NO_TROUBLE: readonly ToldExam['end'][] = ['delivered', 'taken', 'closed-before'];

interface Circumstances {
  json: boolean;
  /** The model's, 0 to 1: no probability is shown on its wrong side. */
  operatingPoint: number;
  /** Mammography studies that the archive listed. */
  studies?: number | undefined;
  /** How many of them the settings pass over, by setting. */
  passedOver?: Readonly<Record<string, number>> | undefined;
  /** How far back the archive was searched. */
  lookbackDays?: number;
  problems?: readonly Reason[];
  /** Whether what exams were answered with is told; left out: it is. */
  answers?: boolean;
}

/** Says what became of exams, and sets the exit code by it. */
export function tellExams(
  exams: readonly ToldExam[],
  {
    json,
    operatingPoint,
    studies,
    passedOver = {},
    lookbackDays,
    problems = [],
    answers = true,
  }: Circumstances,
): void {
  if (json) {
    console.log(
      JSON.stringify({ studies, passedOver, exams: exams.map((exam) => summary(exam, answers)), problems }),
    );
  } else {
    // To find no study because nothing could be asked is not the same as to find none.
    if (studies !== undefined && (studies > 0 || problems.length === 0)) {
      const since = `since ${countText(lookbackDays ?? 0, 'day')} before today (poll.lookbackDays)`;
      const found = countText(studies, 'mammography study', 'mammography studies');
      const beyond =
        exams.length > studies ? '; those beyond them have no study date, or waited from before' : '';
      console.log(`${found} ${since}, ${numberText(exams.length)} worked on${beyond}.`);
    }
    for (const [setting, count] of Object.entries(passedOver))
      console.log(`${numberText(count)} passed over by ${setting}.`);
    const said = new SaidOnce();
    const rows = exams.map((exam) => {
      const { end, probability, objects, reason, note } = summary(exam, answers);
      const shown = probability === undefined ? undefined : `${percent(probability, operatingPoint)} %`;
      // What an earlier try made is delivered as it was kept, and its answer is not known here.
      const isMadeBefore = exam.kept && exam.outcome === undefined;
      const count = isMadeBefore ? exam.delivered || undefined : objects?.length;
      const why = isMadeBefore ? 'results of an earlier try' : note;
      const text = reason === undefined ? why : said.text(reason);
      return [exam.studyInstanceUID, end, ...(answers ? [shown, count] : []), text];
    });
    const headings = ['study', 'end', ...(answers ? ['probability', 'objects'] : []), 'reason'];
    if (rows.length > 0) console.log(tableText(headings, rows));
    for (const { reason } of problems) console.log(reason);
  }
  if (areTroubled(exams, problems)) process.exitCode = EXIT.trouble;
}

/** Whether something came to no good end, and somebody has to know. */
export function areTroubled(exams: readonly ToldExam[], problems: readonly Reason[]): boolean {
  return exams.some(({ end }) => !NO_TROUBLE.includes(end)) || problems.length > 0;
}

/** @param answers whether the answer is in it; objects tell it too, as some are made where it is positive alone */
function summary(exam: ToldExam, answers: boolean) {
  const { studyInstanceUID, end, reason, retryAt, outcome, objects, times, retrievedBytes } = exam;
  const answer = answers ? outcome?.findings : undefined;
  return {
    studyInstanceUID,
    end,
    probability: answer?.probability,
    positive: answer?.positive,
    reason,
    retryAt,
    viewsNotInStudy: outcome?.views.absent,
    /** What the answer does not rest on, in words. */
    note: outcome && absentViewsText(outcome.views),
    leftOut: outcome?.leftOut,
    objects: answers ? objects : undefined,
    times,
    retrievedBytes,
  };
}
