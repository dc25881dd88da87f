import { createHash } from 'node:crypto';
import { sopClass } from '../dicom/index.js';
import type { InstanceRecord } from '../dicomweb/index.js';
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

/** As far as a query tells: sequences, and with them modifiers such as magnification, are never in its answers. */
export function seenInstances(instances: InstanceRecord[]): SeenInstance[] {
  return instances.map(({ sopInstanceUID, imageLaterality, viewPosition }) => {
    const side = imageLaterality === 'L' || imageLaterality === 'R' ? imageLaterality : undefined;
    const view = viewPosition === 'CC' || viewPosition === 'MLO' ? viewPosition : undefined;
    return { sopInstanceUID, view: side && view && `${side}${view}` };
  });
}
