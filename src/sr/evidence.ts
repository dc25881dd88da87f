import {
  type Attributes,
  type InstanceReference,
  isValidUid,
  type StudyInstanceUID,
} from '../dicom/index.js';
import { sopReference } from './content/index.js';
import { missing } from './coverage.js';
import type { ReportInput } from './input.js';

/**
 * Current Requested Procedure Evidence Sequence (0040,A375): every instance that the tree points to, and those
 * of the exam that it only speaks of, but for superseded ones. Some viewers open no report without it.
 */
export function evidence(studyInstanceUID: StudyInstanceUID, input: ReportInput): Attributes[] {
  const instances = [...input.analysed, ...missing(input), ...input.secondaryCaptures].map(
    ({ sopClassUID, sopInstanceUID, seriesInstanceUID }) => ({
      studyInstanceUID,
      seriesInstanceUID,
      sopClassUID,
      sopInstanceUID,
    }),
  );
  return referencedSopInstances(instances.filter(hasUids));
}

/** What is broken may lack them, and cannot be pointed to. */
function hasUids(
  instance: { [Name in keyof InstanceReference]: InstanceReference[Name] | '' },
): instance is InstanceReference {
  const { seriesInstanceUID, sopClassUID, sopInstanceUID } = instance;
  return [seriesInstanceUID, sopClassUID, sopInstanceUID].every(isValidUid);
}

/**
 * Hierarchical SOP Instance Reference Macro (PS3.3 C.17.2.1): by study and series, in the order of first mention,
 * each instance once.
 */
export function referencedSopInstances(instances: readonly InstanceReference[]): Attributes[] {
  const studies = new Map<string, Map<string, Map<string, InstanceReference>>>();
  for (const instance of instances) {
    const series = entry(studies, instance.studyInstanceUID, () => new Map());
    const members = entry(series, instance.seriesInstanceUID, () => new Map());
    entry(members, instance.sopInstanceUID, () => instance);
  }
  return [...studies].map(([StudyInstanceUID, series]) => ({
    StudyInstanceUID,
    ReferencedSeriesSequence: [...series].map(([SeriesInstanceUID, members]) => ({
      SeriesInstanceUID,
      ReferencedSOPSequence: [...members.values()].map(sopReference),
    })),
  }));
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
