import { createHash } from 'node:crypto';
import { type DicomJson, type StandardView, sopClass, standardView, standardViewOf } from '../dicom/index.js';
import { type InstanceRecord, PacsError } from '../dicomweb/index.js';
import type { Ledger } from '../ledger/index.js';
import type { SeenInstance } from './completeness.js';

/** The instances of a study that an exam is made of: mammography that Mamori did not write itself. */
export async function examInstances(
  instances: InstanceRecord[],
  ledger: Pick<Ledger, 'isOwn'>,
): Promise<InstanceRecord[]> {
  const found: InstanceRecord[] = [];
  for (const instance of instances) {
    if (isMammography(instance) && !(await ledger.isOwn(instance.sopInstanceUID))) found.push(instance);
  }
  return found;
}

/**
 * Reports, presentation states and other makers' results come and go beside the images; only images make an exam.
 * Where the archive does not tell the SOP class, the modality decides, and where it tells neither, the instance
 * itself has to be looked at.
 */
function isMammography({ sopClassUID, modality }: InstanceRecord): boolean {
  if (sopClassUID === undefined) return modality === undefined || modality === 'MG';
  return IMAGES.has(sopClassUID);
}

const IMAGES = new Set<string>([
  sopClass.DigitalMammographyForPresentation,
  sopClass.DigitalMammographyForProcessing,
  sopClass.BreastTomosynthesis,
]);

/** Stands for the set of an exam's instances: the same set, in whatever order, has the same fingerprint. */
export function fingerprintOf(instances: InstanceRecord[]): string {
  const uids = instances.map(({ sopInstanceUID }) => sopInstanceUID).sort();
  return createHash('sha256').update(uids.join('\n')).digest('hex');
}

/**
 * What is known of each instance's view, asking the archive no more than it takes: a query's answer has at most the
 * plain View Position, never the codes and modifiers, so where it lacks one the study's metadata are read. With fewer
 * instances than expected views there is nothing to find out yet; and an archive that gives no metadata makes its
 * exams wait until they have settled, no more.
 */
export async function seenInstances(
  instances: InstanceRecord[],
  expectedViews: number,
  metadata: () => Promise<DicomJson[]>,
): Promise<SeenInstance[]> {
  const asked = instances.map((instance) => ({
    sopInstanceUID: instance.sopInstanceUID,
    view: viewFromQuery(instance),
  }));
  if (asked.every(({ view }) => view !== undefined) || instances.length < expectedViews) return asked;
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

/** A tomosynthesis is no view: it often comes before the plain image of the same view. */
function viewFromQuery(instance: InstanceRecord): StandardView | undefined {
  const { sopClassUID, imageLaterality, viewPosition } = instance;
  if (sopClassUID === sopClass.BreastTomosynthesis) return undefined;
  const side = imageLaterality === 'L' || imageLaterality === 'R' ? imageLaterality : undefined;
  const view = viewPosition === 'CC' || viewPosition === 'MLO' ? viewPosition : undefined;
  return side && view && standardView({ laterality: side, view });
}
