import type { Attributes } from './attributes.js';
import type { Dataset } from './dataset.js';

/** Instance Creator UID (0008,0014): the device that created the instance; fixed for Mamori in every version. */
const MAMORI_CREATOR_UID = '2.25.78391582816123325768275478372618881221';

/**
 * Goes into every object that Mamori writes. SOP Common's Instance Creator UID (PS3.3 C.12.1) is there for
 * this, is free of private attributes, and passes archives unchanged, other than Manufacturer, which is
 * the bundle's, and the file header's Implementation Class UID, which is the archive's.
 */
export const ownMark = { InstanceCreatorUID: MAMORI_CREATOR_UID } as const satisfies Attributes;

/** Whether Mamori, in any version and with any bundle, has written this object. */
export function isOwnObject(dataset: Dataset): boolean {
  return dataset.string('InstanceCreatorUID') === MAMORI_CREATOR_UID;
}
