import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../config/index.js';
import { isCompressed, readPart10, type StudyInstanceUID } from '../../dicom/index.js';
import type { DicomWeb, PacsProbe, StoreAnswer } from '../../dicomweb/index.js';
import { type ExamObject, processExam } from '../../exam/index.js';
import { capturePicture } from '../../pictures/index.js';
import { openWorkbench } from '../service.js';

/** What every test object says of itself, in each of the places that a list of studies may show. */
export const TEST_MARKS = {
  PatientID: 'MAMORI-TEST',
  StudyDescription: 'TEST OBJECT, NOT A PATIENT',
  PatientBirthDate: '',
  PatientAge: '',
  PatientSex: '',
  AccessionNumber: '',
  InstitutionName: '',
  StudyID: 'TEST',
} as const;

/** Long before all days that anybody looks at for new exams. */
const TEST_DATE = '19010101';

/**
 * The results that these settings would write about a made exam of nobody. Results only: an image of modality MG,
 * however marked, could be taken for a mammogram, by people or by other programs that look for new ones.
 */
export async function makeTestObjects(settings: Settings): Promise<ExamObject[]> {
  const { makeExam } = await import('../../phantom/index.js');
  const exam = makeExam({
    seed: `doctor ${randomUUID()}`,
    nameScript: 'test',
    rows: 1280,
    columns: 1024,
    date: TEST_DATE,
    override: TEST_MARKS,
  });
  const { bench, close } = await openWorkbench({ ...settings, outputs: everyKind(settings.outputs) });
  try {
    const instances = exam.map(({ bytes, ...names }) => ({ ...names, fetch: async () => bytes.slice() }));
    const { objects } = await processExam(instances, bench, { createdAt: new Date(), predecessors: [] });
    return objects;
  } finally {
    await close();
  }
}

/** Marks also on images that are not positive: whether a made exam is, nobody can know. */
function everyKind(outputs: Settings['outputs']): Settings['outputs'] {
  return { ...outputs, presentationState: outputs.presentationState === 'off' ? 'off' : 'all' };
}

/** Which of the objects cannot be read back as they were stored. @throws PacsError */
export async function storeAndReadBack(
  pacs: DicomWeb,
  objects: readonly ExamObject[],
): Promise<{ missing: ExamObject[]; answer: StoreAnswer }> {
  const study = objects[0]!.studyInstanceUID;
  let answer = await pacs.store(study, objects);
  let missing = await unseen(pacs, objects);
  const compressed = missing.filter(({ bytes }) => isCompressed(bytes));
  if (compressed.length > 0) {
    // As the service does: some say yes to compressed pixels and discard them.
    answer = await pacs.store(study, compressed, { uncompressed: true });
    missing = await unseen(pacs, objects);
  }
  for (const object of objects) {
    if (missing.includes(object)) continue;
    const { seriesInstanceUID, sopInstanceUID, sopClassUID } = object;
    const { dataset } = readPart10(await pacs.retrieveInstance(study, seriesInstanceUID, sopInstanceUID));
    const same = dataset.string('SOPInstanceUID') === sopInstanceUID;
    if (!same || dataset.string('SOPClassUID') !== sopClassUID) missing.push(object);
  }
  return { missing, answer };
}

/** Which of them the PACS does not show. */
async function unseen(pacs: DicomWeb, objects: readonly ExamObject[]): Promise<ExamObject[]> {
  let missing = [...objects];
  for (const delay of pacs.readBackDelaysMs) {
    await sleep(delay);
    const uids = missing.map(({ sopInstanceUID }) => sopInstanceUID);
    const present = new Set((await pacs.confirm(objects[0]!.studyInstanceUID, uids)).present);
    missing = missing.filter(({ sopInstanceUID }) => !present.has(sopInstanceUID));
    if (missing.length === 0) break;
  }
  return missing;
}

/** What became of compressed pictures in the PACS. */
export interface HeldPictures {
  pictures: number;
  /** So many lie there compressed; the others came, or were made, uncompressed. */
  compressed: number;
  /** So many have other pixels than they were stored with. */
  changed: number;
  /** How the PACS answered when it was asked to draw one for people. */
  rendered: { status: number; type: string };
}

/** Looks at the compressed ones among objects that the PACS shows; undefined where none is. @throws PacsError */
export async function heldPictures(
  objects: readonly ExamObject[],
  { pacs, probe }: { pacs: DicomWeb; probe: PacsProbe },
): Promise<HeldPictures | undefined> {
  const pictures = objects.filter(({ bytes }) => isCompressed(bytes));
  const [first] = pictures;
  if (first === undefined) return undefined;
  const held: HeldPictures = {
    pictures: pictures.length,
    compressed: 0,
    changed: 0,
    rendered: await probe.render(first.studyInstanceUID, first.seriesInstanceUID, first.sopInstanceUID),
  };
  for (const { studyInstanceUID, seriesInstanceUID, sopInstanceUID, bytes } of pictures) {
    const there = await pacs.retrieveInstance(studyInstanceUID, seriesInstanceUID, sopInstanceUID);
    if (isCompressed(there)) held.compressed++;
    const [before, after] = [capturePicture(bytes), capturePicture(there)];
    if (after === undefined || Buffer.compare(before!.pixels, after.pixels) !== 0) held.changed++;
  }
  return held;
}

/** Whether the study is gone. It is asked for only while nothing but the test objects is in it. */
export async function removeTestStudy(
  study: StudyInstanceUID,
  objects: readonly ExamObject[],
  { pacs, probe }: { pacs: DicomWeb; probe: PacsProbe },
): Promise<boolean> {
  const own = new Set<string>(objects.map(({ sopInstanceUID }) => sopInstanceUID));
  const held = await pacs.instances(study);
  if (held.length === 0 || held.some(({ sopInstanceUID }) => !own.has(sopInstanceUID))) return false;
  const status = await probe.deleteStudy(study);
  const isDeleted = status >= 200 && status < 300;
  if (!isDeleted && !(await probe.deleteFromOrthanc(study, TEST_MARKS.PatientID))) return false;
  await sleep(300);
  return (await pacs.instances(study).catch(() => held)).length === 0;
}
