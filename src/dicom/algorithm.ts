import type { Attributes } from './attributes.js';
import { codeItem, PROCESSING_ALGORITHM, PROCESSING_EQUIPMENT } from './concepts.js';
import type { MadeAt } from './dateTime.js';
import type { Uid } from './uids.js';

/**
 * What made an object: the names that TID 4019, the Device Observer, the Contributing Equipment Sequence and
 * the equipment modules carry. IHE AI Results asks that they agree, so they come from one place.
 *
 * All strings are printable ASCII, so that they go into objects of any character set.
 */
export interface Algorithm {
  /** Algorithm Name (111001, DCM): the bundle's name. LO, 64 characters. */
  name: string;
  /** Algorithm Version (111003, DCM): the bundle's version. */
  version: string;
  /** Algorithm Manufacturer (122405, DCM). LO, 64 characters. */
  manufacturer: string;
  /** Algorithm Parameters (111002, DCM): what changes the result, one `name=value` each. */
  parameters: string[];
  /** Device Observer UID (121012, DCM) and Device UID (0018,1002). */
  deviceUid: Uid<'device'>;
  /** Software Versions (0018,1020): Mamori's own name and version; the model's is `version`. LO, 64 characters. */
  softwareVersions: string;
}

/**
 * General and Enhanced General Equipment (PS3.3 C.7.5.1, C.7.5.2); equal to the Device Observer and TID 4019 of a
 * report.
 */
export function equipment(algorithm: Algorithm): Attributes {
  return {
    Manufacturer: algorithm.manufacturer,
    ManufacturerModelName: algorithm.name,
    DeviceSerialNumber: algorithm.deviceUid,
    SoftwareVersions: algorithm.softwareVersions,
    DeviceUID: algorithm.deviceUid,
  };
}

/**
 * The same as the Contributing Equipment Sequence (SOP Common, PS3.3 C.12.1), with what it did and when. Two items, as
 * a purpose has one code: DICOM's own, and the one that IHE AI Results asks for (6.5.3.1), which names an algorithm.
 */
export function contributingEquipment(algorithm: Algorithm, { date, time }: MadeAt): Attributes[] {
  return [PROCESSING_EQUIPMENT, PROCESSING_ALGORITHM].map((purpose) => ({
    PurposeOfReferenceCodeSequence: [codeItem(purpose)],
    ...equipment(algorithm),
    ContributionDateTime: `${date}${time}`,
    ContributionDescription: `${algorithm.name} ${algorithm.version}`,
  }));
}
