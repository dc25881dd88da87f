import {
  ALGORITHM_MANUFACTURER,
  ALGORITHM_NAME,
  ALGORITHM_PARAMETERS,
  ALGORITHM_VERSION,
  type Algorithm,
  type Code,
} from '../../dicom/index.js';
import {
  type HasConceptMod,
  type HasProperties,
  hasConceptMod,
  hasProperties,
  type TextItem,
  text,
} from '../content/index.js';
import { operatingPointText } from '../sentences.js';

/** What TID 4019 says of the algorithm: its parameters end with the operating point. */
export interface AppliedAlgorithm {
  algorithm: Algorithm;
  /** Calibrated probability from which on an answer counts as positive, 0 to 1. */
  operatingPoint: number;
  /** What the probability is the probability of. */
  probability: Code;
}

/** TID 4019 Algorithm Identification (PS3.16) of a measurement group: HAS CONCEPT MOD. */
export function tid4019OfGroup(applied: AppliedAlgorithm): HasConceptMod<TextItem>[] {
  return tid4019(applied).map((item) => hasConceptMod(item));
}

/** TID 4019 Algorithm Identification (PS3.16) of a CAD finding or summary: HAS PROPERTIES. */
export function tid4019OfStatement(applied: AppliedAlgorithm): HasProperties<TextItem>[] {
  return tid4019(applied).map((item) => hasProperties(item));
}

function tid4019({ algorithm, operatingPoint }: AppliedAlgorithm): TextItem[] {
  return [
    text(ALGORITHM_NAME, algorithm.name),
    text(ALGORITHM_VERSION, algorithm.version),
    ...algorithm.parameters.map((parameter) => text(ALGORITHM_PARAMETERS, parameter)),
    text(ALGORITHM_PARAMETERS, `operating point=${operatingPointText(operatingPoint)}`),
    text(ALGORITHM_MANUFACTURER, algorithm.manufacturer),
  ];
}
