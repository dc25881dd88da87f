import { type AuditTrail, operator } from '../../../audit/index.js';
import { countText } from '../../../countText.js';
import { sopClassName } from '../../../dicom/index.js';
import type { StoreAnswer } from '../../../dicomweb/index.js';
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
  const [pacs, probe] = [await visit.pacs(), await visit.probe()];
  const { studyInstanceUID } = objects[0]!;
  const watch = deliveriesInto(trail, visit.settings);
  watch.begun(studyInstanceUID, objects);
  await trail.written();
  const { missing, answer } = await storeAndReadBack(pacs, objects);
  const there = objects.filter((object) => !missing.includes(object));
  if (there.length > 0) watch.ended(studyInstanceUID, there);
  if (missing.length > 0)
    watch.ended(studyInstanceUID, missing, { code: 'delivery-incomplete', reason: 'not read back' });
  if (missing.length === 0) visit.pictures = await heldPictures(objects, { pacs, probe });
  const isRemoved =
    missing.length < objects.length && (await removeTestStudy(studyInstanceUID, objects, { pacs, probe }));
  if (there.length > 0)
    trail.record({
      act: 'used',
      what: 'delete-test-study',
      by: operator(),
      studies: [studyInstanceUID],
      failure: isRemoved ? undefined : 'it is still in the archive',
    });
  if (missing.length > 0) return refused(missing, objects, answer);
  const says = `${countText(objects.length, 'test object')} (${kindsOf(objects)}) stored and read back`;
  const left = isRemoved
    ? { says: `${says}, and the test study is removed again`, remedy: [] }
    : {
        says: `${says}; the PACS deletes nothing for us, so they stay: study ${studyInstanceUID}`,
        remedy: [
          `Delete that study there by hand (patient ID ${TEST_MARKS.PatientID}, study date 1901-01-01).`,
        ],
      };
  const written = new Set<string>(objects.map(({ kind }) => kind));
  const untried = kindsInUse(visit.settings.outputs).filter((kind) => !written.has(kind));
  if (untried.length > 0) {
    return warning(
      `${left.says}. NOT TRIED, as the test exam gave none: ${untried.join(', ')}`,
      ...left.remedy,
      'Look for these in the PACS after the first real exam; a model whose heat maps failed their checks writes no ' +
        'heat map pictures.',
    );
  }
  return isRemoved ? ok(left.says) : warning(left.says, ...left.remedy);
}

function refused(missing: ExamObject[], all: readonly ExamObject[], answer: StoreAnswer): CheckResult {
  const uids = new Set<string>(missing.map(({ sopInstanceUID }) => sopInstanceUID));
  const outcome = answer.instances.find((one) => uids.has(one.sopInstanceUID) && one.outcome === 'refused');
  const why = outcome?.reason === undefined ? '' : `: ${outcome.reason.meaning}`;
  const how = outcome === undefined ? 'does not show' : 'refuses';
  const left =
    missing.length < all.length
      ? [`Delete what was taken: study ${all[0]!.studyInstanceUID}, if it is there.`]
      : [];
  return failure(
    `The PACS ${how} ${missing.length} of ${countText(all.length, 'test object')} (${kindsOf(missing)})${why}`,
    'Let the account store, and the PACS take these SOP classes, or switch them off under outputs.',
    ...left,
  );
}

function kindsOf(objects: readonly ExamObject[]): string {
  return [...new Set(objects.map(({ sopClassUID }) => sopClassName(sopClassUID)))].join(', ');
}
