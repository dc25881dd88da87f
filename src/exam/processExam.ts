import type { LeftOut, LeftOutCode, Reason } from '../dicom/index.js';
import { aggregate, lacksAnswer, shortAnswer } from '../findings/index.js';
import { isImplausibility } from '../image/index.js';
import type { ExamLeftOutCode, NotProcessedCode } from './errors.js';
import { displayLongEdge, drawPictures, writeReports } from './examObjects.js';
import { explain } from './explanation.js';
import { onlyFamiliar } from './familiarity.js';
import { describedStudy, type Intake, identify, knownByClass, namesOf, takeIn } from './intake.js';
import type { ExamInstance, ExamOutcome, StageTimes } from './types.js';
import { type ExamContext, type ExamWork, examWork, type Workbench } from './workbench.js';

/**
 * The whole job on one exam: images in, findings and finished DICOM objects out. Knows no archive: instances come
 * from `fetch`, objects go to the caller.
 *
 * Broken or unsuitable images are left out with their reason, and so are those that are no plausible mammogram or
 * unlike all that the model was made from; an exam of which nothing is left is `not-processed`.
 *
 * @throws what `fetch` throws (except InstanceUnavailable) and what the engine throws: the exam is not at fault and
 * should be tried again.
 */
export async function processExam(
  instances: ExamInstance[],
  bench: Workbench,
  context: ExamContext,
): Promise<ExamOutcome> {
  const start = performance.now();
  let waited = 0;
  const elapsed = () => performance.now() - start - waited;
  const { bundle, engine, settings } = bench;

  const nothingAnalysed = async (times: Pick<StageTimes, 'prepared' | 'inferred'>): Promise<ExamOutcome> => {
    const { leftOut } = intake;
    const study = intake.study ?? (await describedStudy(instances));
    const work = examWork({ images: [], leftOut, study }, bench, context);
    const outcome = await notProcessed(work, { leftOut, study }, whyNothing(instances, leftOut));
    return {
      ...outcome,
      times: { ...times, explained: times.inferred, rendered: times.inferred, reported: elapsed() },
    };
  };

  let intake = await takeIn(instances, bench.preparation, {
    preparation: bundle.input.preparation,
    displayLongEdge: displayLongEdge(settings),
    concurrency: bench.concurrency,
  });
  const prepared = elapsed();
  await context.prepared?.();
  waited = elapsed() - prepared;

  if (intake.images.length === 0) return nothingAnalysed({ prepared, inferred: prepared });

  const inferences = await engine.infer(intake.images.map((image) => image.input));
  const answered = onlyFamiliar({ intake, inferences }, bench);
  intake = answered.intake;
  const inferred = elapsed();
  if (intake.images.length === 0) return nothingAnalysed({ prepared, inferred });

  const work = examWork(intake, bench, context);
  const explained = await explain(intake.images, answered.inferences, bundle, engine, settings.explain);
  const findings = aggregate(
    bundle,
    explained.map(({ finding }) => finding),
  );
  const explainedAt = elapsed();
  const pictures = await drawPictures(explained, work);
  const rendered = elapsed();

  const analysed = intake.images.map((image) => image.source);
  const reports = await writeReports(
    {
      study: analysed[0]!,
      findings,
      analysed,
      leftOut: intake.leftOut,
      secondaryCaptures: pictures.illustrations,
    },
    work,
  );
  return {
    status: intake.leftOut.some(lacksAnswer) ? 'partly-analysed' : 'analysed',
    findings,
    shortAnswer: shortAnswer(findings, intake.leftOut, bundle),
    completeness: explained.flatMap(({ finding, completeness }) =>
      completeness ? { sopInstanceUID: finding.source.sopInstanceUID, completeness } : [],
    ),
    leftOut: intake.leftOut,
    views: work.views,
    objects: [...reports, ...pictures.objects],
    previews: pictures.previews,
    times: { prepared, inferred, explained: explainedAt, rendered, reported: elapsed() },
  };
}

/**
 * Writes that an exam could not be processed, after the last try: its images may be sound, but no answer came
 * of them. Looks at mammograms only until one tells whose study it is.
 *
 * @throws what `fetch` throws (except InstanceUnavailable)
 */
export async function declineExam(
  instances: ExamInstance[],
  bench: Workbench,
  context: ExamContext,
  why: Reason,
): Promise<ExamOutcome> {
  const start = performance.now();
  const leftOut: LeftOut[] = [];
  let study: Intake['study'];
  for (const instance of instances) {
    const other = knownByClass(instance);
    if (other !== undefined) {
      leftOut.push({ ...namesOf(instance), ...other, attempted: false });
      continue;
    }
    const seen = study === undefined ? await identify(instance, bench.preparation) : undefined;
    study ??= seen?.study;
    leftOut.push({ ...namesOf(instance, seen?.source), ...why, source: seen?.source, attempted: true });
  }
  study ??= await describedStudy(instances);
  const work = examWork({ images: [], leftOut, study }, bench, context);
  const now = performance.now() - start;
  const times = { prepared: now, inferred: now, explained: now, rendered: now, reported: now };
  return { ...(await notProcessed(work, { leftOut, study }, why)), times };
}

/** Left out because it should have been analysed and could not be, as opposed to never meant to be analysed. */
function isFailure(left: LeftOut): boolean {
  return left.attempted === true;
}

/** An image that could be read, and of which an answer would say nothing: the next try would end alike. */
export function isRefused({ code }: Pick<LeftOut, 'code'>): boolean {
  return is(code, 'unlike-training') || is(code, 'contradictory-intent') || isImplausibility(code);
}

/** A left-out image has codes of several rooms. */
function is(code: string, asked: ExamLeftOutCode | LeftOutCode): boolean {
  return code === asked;
}

function whyNothing(instances: ExamInstance[], leftOut: LeftOut[]): Reason<NotProcessedCode> {
  if (instances.length === 0) return { code: 'no-mammogram', reason: 'The study holds no mammogram.' };
  const failures = leftOut.filter(isFailure);
  const mixed = failures.find((left) => is(left.code, 'contradictory-patient'));
  if (mixed !== undefined) return { code: 'contradictory-patient', reason: mixed.reason };
  if (failures.length === 0) {
    const reason = 'The study holds no standard mammography view that can be analysed.';
    return { code: 'no-standard-view', reason };
  }
  const reasons = [...new Set(failures.map((left) => left.reason))];
  const count = failures.length === 1 ? 'One image' : `${failures.length} images`;
  const refused = failures.filter(isRefused).length;
  if (refused === failures.length)
    return { code: 'images-refused', reason: `${count} got no answer. ${reasons.join(' ')}` };
  const failed = refused > 0 ? 'could not be analysed' : 'could not be read';
  return { code: 'images-unreadable', reason: `${count} ${failed}. ${reasons.join(' ')}` };
}

async function notProcessed(
  work: ExamWork,
  intake: Pick<Intake, 'leftOut' | 'study'>,
  why: Reason,
): Promise<Omit<NotProcessedOutcome, 'times'>> {
  const { settings } = work.bench;
  const { leftOut, study } = intake;
  const outcome = {
    status: 'not-processed' as const,
    findings: undefined,
    ...why,
    leftOut,
    views: work.views,
    previews: [],
  };
  // Without one readable header there is no patient to write about: then the ledger alone tells.
  if (!settings.notProcessed || study === undefined) return { ...outcome, objects: [] };
  const subject = {
    study,
    findings: undefined,
    reason: why.reason,
    analysed: [],
    leftOut,
    secondaryCaptures: [],
  };
  return { ...outcome, objects: await writeReports(subject, work) };
}

type NotProcessedOutcome = Extract<ExamOutcome, { status: 'not-processed' }>;
