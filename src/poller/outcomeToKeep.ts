import { type LeftOut, standardView } from '../dicom/index.js';
import { type ExamOutcome, isRefused } from '../exam/index.js';
import {
  absentViewsText,
  allImages,
  lacksAnswer,
  NOT_IN_STUDY,
  viewName,
  viewOf,
} from '../findings/index.js';
import { type ExamImage, type Outcome, REFUSED, type Reason } from '../ledger/index.js';

/** As many images as a reason names: more are in the report. */
const MOST_NAMED = 4;

/** As many images as the ledger keeps of one exam: an exam has four, a study of another kind may have hundreds. */
const MOST_KEPT = 40;

/**
 * What the ledger is told of an exam's outcome, before anything of it is delivered.
 *
 * @param keepsAnswer whether the answer in short is among it
 */
export function outcomeToKeep(outcome: ExamOutcome, keepsAnswer = true): Outcome {
  const lacks = outcome.leftOut.filter(lacksAnswer).map(({ sopInstanceUID }) => sopInstanceUID);
  const { shortAnswer } = outcome.status === 'not-processed' ? {} : outcome;
  return {
    ...said(outcome),
    lacks,
    images: imagesOf(outcome),
    ...(keepsAnswer && shortAnswer && { shortAnswer }),
  };
}

function said(outcome: ExamOutcome): Outcome {
  if (outcome.status === 'not-processed') {
    const { code, reason } = outcome;
    // Whose images the earlier answer rests on is no longer certain.
    const takesBack = code === 'contradictory-patient';
    return { kind: 'not-processed', takesBack, code, reason, restsOn: [] };
  }
  const images = allImages(outcome.findings);
  const restsOn = images.map(({ source }) => source.sopInstanceUID).sort();
  const absent = absentViews(outcome);
  if (outcome.status === 'analysed') return { kind: 'processed', ...absent, restsOn };
  const { code, reason } = whatIsLacking(outcome.leftOut, images.length);
  return { kind: 'partial', code, reason: absent ? `${reason} ${absent.reason}` : reason, restsOn };
}

/** Which images there were, and why some got no answer. What was answered about each stands in the archive alone. */
function imagesOf({ findings, leftOut }: ExamOutcome): ExamImage[] {
  const answered = (findings ? allImages(findings) : []).map(({ source }) => ({
    sopInstanceUID: source.sopInstanceUID,
    view: standardView(source),
    answered: true,
  }));
  const others = leftOut.map((left) => {
    const { sopInstanceUID, code, reason } = left;
    const view = viewOf(left);
    return { sopInstanceUID, ...(view && { view }), answered: false, code, reason };
  });
  // Those that should have got an answer first.
  others.sort((a, b) => Number(b.view !== undefined) - Number(a.view !== undefined));
  return [...answered, ...others].slice(0, MOST_KEPT);
}

/** An exam of three views must not read like one of four, here either. */
function absentViews({ views }: ExamOutcome): Reason | undefined {
  const text = absentViewsText(views);
  if (text === undefined) return undefined;
  return { code: NOT_IN_STUDY, reason: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` };
}

/** The answer rests on fewer images than the exam has. */
function whatIsLacking(leftOut: readonly LeftOut[], analysed: number): Reason {
  const lacking = leftOut.filter(lacksAnswer);
  const named = lacking
    .slice(0, MOST_NAMED)
    .map((left) => `${nameOf(left)}${left.sopInstanceUID} (${left.code})`);
  const more = lacking.length > named.length ? ` and ${lacking.length - named.length} more` : '';
  const refused = lacking.every(isRefused);
  return {
    code: refused ? REFUSED : 'images-missing',
    reason:
      `The answer rests on ${analysed} of ${analysed + lacking.length} images; it lacks ${named.join(', ')}${more}. ` +
      (refused
        ? 'The model gives no answer about such images; trying again changes nothing.'
        : 'Once they can be read: mamori retry.'),
  };
}

/** `R MLO `, where the view is known. */
function nameOf(left: LeftOut): string {
  const view = viewOf(left);
  return view === undefined ? '' : `${viewName(view)} `;
}
