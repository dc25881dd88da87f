import type { Attributes } from './attributes.js';
import { OWN_SCHEME, PROCESSING_ALGORITHM } from './concepts.js';

/** Private schemes that are known here; the designator of every private scheme begins with 99 (PS3.16 §8). */
const KNOWN: Record<string, Attributes> = {
  [OWN_SCHEME]: {
    CodingSchemeName: 'Mamori result codes',
    CodingSchemeResponsibleOrganization: 'Mamori',
  },
  [PROCESSING_ALGORITHM.scheme]: {
    CodingSchemeName: 'IHE Radiology, AI Results (AIR), trial implementation',
    CodingSchemeResponsibleOrganization: 'IHE International',
  },
};

/**
 * Coding Scheme Identification Sequence (SOP Common, PS3.3 C.12.1.1.7) of the private schemes among the given ones; the
 * others are those of PS3.16. Undefined where there is none.
 *
 * @param bundleManufacturer whose the codes are that no other is known to be responsible for
 */
export function codingSchemeIdentification(
  designators: Iterable<string>,
  bundleManufacturer: string,
): Attributes[] | undefined {
  const schemes = [...new Set(designators)].filter((designator) => designator.startsWith('99')).sort();
  if (schemes.length === 0) return undefined;
  return schemes.map((CodingSchemeDesignator) => ({
    CodingSchemeDesignator,
    ...(KNOWN[CodingSchemeDesignator] ?? { CodingSchemeResponsibleOrganization: bundleManufacturer }),
  }));
}
