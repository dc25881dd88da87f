import type { ExamReport } from '../poller/index.js';
import { EXIT } from './outcome.js';
import { tableText } from './table.js';

interface Circumstances {
  json: boolean;
  /** Mammography studies that the archive listed. */
  studies?: number | undefined;
  problems?: readonly { code: string; reason: string }[];
}

/** Says what became of exams, and sets the exit code by it. */
export function tellExams(
  exams: readonly ExamReport[],
  { json, studies, problems = [] }: Circumstances,
): void {
  if (json) {
    console.log(JSON.stringify({ studies, exams: exams.map(summary), problems }));
  } else {
    if (studies !== undefined) console.log(`${studies} mammography studies, ${exams.length} worked on.`);
    const rows = exams.map((exam) => {
      const { end, probability, objects, reason } = summary(exam);
      const percent = probability === undefined ? undefined : `${(probability * 100).toFixed(1)} %`;
      return [exam.studyInstanceUID, end, percent, objects.length, reason?.reason];
    });
    if (rows.length > 0) console.log(tableText(['study', 'end', 'probability', 'objects', 'reason'], rows));
    for (const { reason } of problems) console.log(reason);
  }
  const trouble = exams.some(({ end }) => end !== 'delivered' && end !== 'taken') || problems.length > 0;
  if (trouble) process.exitCode = EXIT.trouble;
}

function summary({
  studyInstanceUID,
  end,
  reason,
  retryAt,
  outcome,
  objects,
  times,
  retrievedBytes,
}: ExamReport) {
  return {
    studyInstanceUID,
    end,
    probability: outcome?.findings?.probability,
    positive: outcome?.findings?.positive,
    reason,
    retryAt,
    leftOut: outcome?.leftOut,
    objects,
    times,
    retrievedBytes,
  };
}
