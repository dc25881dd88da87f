import { createHash } from 'node:crypto';
import {
  type DicomJson,
  leftOutByClass,
  type StandardView,
  sopClass,
  standardView,
  standardViewOf,
} from '../dicom/index.js';
import { type InstanceRecord, PacsError } from '../dicomweb/index.js';
import type { Ledger } from '../ledger/index.js';
import type { SeenInstance } from './completeness.js';

/**
 * The instances of a study that an exam is made of: mammography that Mamori did not write itself.
 *
 * Every image of modality MG makes an exam, whatever its SOP class: one that holds nothing that can be analysed (film
 * scanned as Secondary Capture, Computed Radiography, projections alone) is to be closed with that reason, since
 * silence would read as negative. Beside images that can be analysed, Secondary Captures are other makers' results and
 * no part of the exam.
 */
export async function examInstances(
  instances: InstanceRecord[],
  ledger: Pick<Ledger, 'isOwn'>,
): Promise<InstanceRecord[]> {
  const found: InstanceRecord[] = [];
  for (const instance of instances) {
    if (isMammography(instance) && !(await ledger.isOwn(instance.sopInstanceUID))) found.push(instance);
  }
  return found.some(mayBeAnalysed) ? found.filter((instance) => !isSecondaryCapture(instance)) : found;
}

/**
 * Where the archive does not tell the modality, only the classes of mammography count: a chest image must not get a
 * report about mammograms. Where it tells neither, the instance itself has to be looked at.
 */
function isMammography(instance: InstanceRecord): boolean {
  const { sopClassUID, modality } = instance;
  if (mayBeAnalysed(instance)) return true;
  if (sopClassUID === undefined || NO_IMAGE.test(sopClassUID)) return false;
  return modality === 'MG' || BREAST_IMAGES.has(sopClassUID);
}

/** Presentation states, structured documents (SR, key objects) and encapsulated documents (PS3.4 B.5). */
const NO_IMAGE = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(11|88|104)\./;

const BREAST_IMAGES = new Set<string>([
  sopClass.BreastTomosynthesis,
  sopClass.BreastProjectionForPresentation,
  sopClass.BreastProjectionForProcessing,
]);

/** Whether nothing that the archive tells speaks against it. */
export function mayBeAnalysed({
  sopClassUID,
  modality,
}: Pick<InstanceRecord, 'sopClassUID' | 'modality'>): boolean {
  if (sopClassUID === undefined) return modality === undefined || modality === 'MG';
  return leftOutByClass(sopClassUID) === undefined;
}

function isSecondaryCapture({ sopClassUID }: InstanceRecord): boolean {
  return sopClassUID !== undefined && leftOutByClass(sopClassUID)?.code === 'secondary-capture';
}

/**
 * Stands for the set of an exam's instances: the same set, in whatever order, has the same fingerprint. What cannot be
 * analysed counts only in an exam of nothing else: coming later, it changes no answer.
 */
export function fingerprintOf(instances: InstanceRecord[]): string {
  const analysable = instances.filter(mayBeAnalysed);
  const uids = (analysable.length > 0 ? analysable : instances)
    .map(({ sopInstanceUID }) => sopInstanceUID)
    .sort();
  return createHash('sha256').update(uids.join('\n')).digest('hex');
}

/**
 * What is known of each instance's view, asking the archive no more than it takes: a query's answer has at most the
 * plain View Position, never the codes and modifiers, so where it lacks one the study's metadata are read. With fewer
 * instances than expected views there is nothing to find out yet; and an archive that gives no metadata makes its exams
 * wait until they have settled, no more. What cannot be analysed shows no view: a tomosynthesis often comes before the
 * plain image of the same view.
 */
export async function seenInstances(
  instances: InstanceRecord[],
  expectedViews: number,
  metadata: () => Promise<DicomJson[]>,
): Promise<SeenInstance[]> {
  const asked = instances.filter(mayBeAnalysed).map((instance) => ({
    sopInstanceUID: instance.sopInstanceUID,
    view: viewFromQuery(instance),
  }));
  if (asked.every(({ view }) => view !== undefined) || asked.length < expectedViews) return asked;
  let described: DicomJson[];
  try {
    described = await metadata();
  } catch (error) {
    if (error instanceof PacsError) return asked;
    throw error;
  }
  const views = new Map(
    described.map((dataset) => [dataset.string('SOPInstanceUID'), standardViewOf(dataset)]),
  );
  return asked.map(({ sopInstanceUID }) => ({ sopInstanceUID, view: views.get(sopInstanceUID) }));
}

function viewFromQuery({ imageLaterality, viewPosition }: InstanceRecord): StandardView | undefined {
  const side = imageLaterality === 'L' || imageLaterality === 'R' ? imageLaterality : undefined;
  const view = viewPosition === 'CC' || viewPosition === 'MLO' ? viewPosition : undefined;
  return side && view && standardView({ laterality: side, view });
}
