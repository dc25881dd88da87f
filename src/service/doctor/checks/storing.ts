import { type AuditTrail, operator } from '../../../audit/index.js';
import type { Settings } from '../../../config/index.js';
import { countText } from '../../../countText.js';
import { sopClassName } from '../../../dicom/index.js';
import type { StoreAnswer } from '../../../dicomweb/index.js';
import { MamoriError } from '../../../errors.js';
import { type ExamObject, kindsInUse } from '../../../exam/index.js';
import { deliveriesInto, withTrail } from '../../auditing.js';
import { openLog } from '../../logger.js';
import {
  heldPictures,
  makeTestObjects,
  removeTestStudy,
  storeAndReadBack,
  TEST_MARKS,
} from '../testObjects.js';
import { type Check, type CheckResult, failure, ok, skipped, warning } from '../types.js';
import type { Visit } from '../visit.js';

/** Does the PACS take every kind of object that the settings write (STOW-RS), and show it again? */
export const storing: Check = {
  name: 'store',
  needs: ['engine', 'login'],
  run: async (visit) => {
    if (!visit.write) return skipped('only with --write, which stores test objects in a study of their own');
    if (visit.isTrailUnfit) return skipped('what cannot be noted is not stored: see audit');
    return withTrail(visit.settings, openLog(visit.settings), (trail) => store(visit, trail));
  },
};

async function store(visit: Visit, trail: AuditTrail): Promise<CheckResult> {
  const objects = await makeTestObjects(visit.settings);
  const ways = { pacs: await visit.pacs(), probe: await visit.probe() };
  const { studyInstanceUID } = objects[0]!;
  const watch = deliveriesInto(trail, visit.settings);
  watch.begun(studyInstanceUID, objects);
  await trail.written();
  const stored: Stored = await storeAndReadBack(ways.pacs, objects).catch((error: unknown) => ({
    missing: objects,
    trouble: troubleIn(error),
  }));
  const { missing, trouble } = stored;
  const there = objects.filter((object) => !missing.includes(object));
  if (there.length > 0) watch.ended(studyInstanceUID, there);
  if (missing.length > 0)
    watch.ended(studyInstanceUID, missing, {
      code: trouble?.code ?? 'delivery-incomplete',
      reason: 'not read back',
    });
  if (missing.length === 0) visit.pictures = await heldPictures(objects, ways).catch(troubleIn);
  // After trouble nobody knows what of it lies in the PACS.
  const mayBeThere = there.length > 0 || trouble !== undefined;
  const isRemoved =
    mayBeThere && (await removeTestStudy(studyInstanceUID, objects, ways).catch(troubleIn)) === true;
  if (mayBeThere)
    trail.record({
      act: 'used',
      what: 'delete-test-study',
      by: operator(),
      studies: [studyInstanceUID],
      failure: isRemoved ? undefined : 'it is still in the archive',
    });
  const left = mayBeThere && !isRemoved ? [byHand(studyInstanceUID)] : [];
  if (trouble !== undefined) return failure(trouble.message, ...[trouble.remedy ?? []].flat(), ...left);
  if (missing.length > 0) return refused(stored, objects, left);
  return taken(objects, visit.settings, left);
}

/** What became of the test objects: which of them cannot be read back, and why, as far as the PACS tells. */
interface Stored {
  missing: ExamObject[];
  answer?: StoreAnswer;
  trouble?: MamoriError;
}

/** What the way to the PACS, or what comes back over it, is met with. @throws everything else */
function troubleIn(error: unknown): MamoriError {
  if (error instanceof MamoriError) return error;
  throw error;
}

function byHand(study: string): string {
  const signs = `patient ID ${TEST_MARKS.PatientID}, study date 1901-01-01`;
  return `Delete test study ${study} in the PACS by hand, if it is there (${signs}).`;
}

/** @param left what is to be done about a study that could not be removed again */
function taken(objects: readonly ExamObject[], { outputs }: Settings, left: readonly string[]): CheckResult {
  const stored = `${countText(objects.length, 'test object')} (${kindsOf(objects)}) stored and read back`;
  const says =
    left.length === 0
      ? `${stored}, and the test study is removed again`
      : `${stored}; the PACS deletes nothing for us, so they stay: study ${objects[0]!.studyInstanceUID}`;
  const written = new Set<string>(objects.map(({ kind }) => kind));
  const untried = kindsInUse(outputs).filter((kind) => !written.has(kind));
  if (untried.length > 0) {
    return warning(
      `${says}. NOT TRIED, as the test exam gave none: ${untried.join(', ')}`,
      ...left,
      'Look for these in the PACS after the first real exam; a model whose heat maps failed their checks writes no ' +
        'heat map pictures.',
    );
  }
  return left.length === 0 ? ok(says) : warning(says, ...left);
}

function refused(
  { missing, answer }: Stored,
  all: readonly ExamObject[],
  left: readonly string[],
): CheckResult {
  const uids = new Set<string>(missing.map(({ sopInstanceUID }) => sopInstanceUID));
  const outcome = answer?.instances.find((one) => uids.has(one.sopInstanceUID) && one.outcome === 'refused');
  const why = outcome?.reason === undefined ? '' : `: ${outcome.reason.meaning}`;
  const how = outcome === undefined ? 'does not show' : 'refuses';
  return failure(
    `The PACS ${how} ${missing.length} of ${countText(all.length, 'test object')} (${kindsOf(missing)})${why}`,
    'Let the account store, and the PACS take these SOP classes, or switch them off under outputs.',
    ...left,
  );
}

function kindsOf(objects: readonly ExamObject[]): string {
  return [...new Set(objects.map(({ sopClassUID }) => sopClassName(sopClassUID)))].join(', ');
}
