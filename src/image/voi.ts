import { type Dataset, firstWindow } from '../dicom/index.js';
import { ImageError } from './errors.js';
import { lookUp, readLookupTable } from './lookupTable.js';

/** Maps a value after the modality transformation to 0 (black) … 1 (white), before any inversion. */
export type VoiTransformation = (value: number) => number;

export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/**
 * The VOI transformation that an image asks for (PS3.3 C.11.2), or none.
 *
 * The standard lets one of the lookup tables or one of the windows be applied, never both, and does not say which
 * where an image has several. Taken here: the first VOI LUT, because a maker who adds one has tuned it for reading
 * mammograms; else the first window that is possible.
 *
 * @throws ImageError `presentation-broken`
 */
export function readVoi(dataset: Dataset, signedInput: boolean): VoiTransformation | undefined {
  const item = dataset.items('VOILUTSequence')[0];
  if (item) {
    const table = readLookupTable(item, signedInput);
    return (value) => lookUp(table, value) / table.maximum;
  }
  const window = firstWindow(dataset);
  if (window === undefined) return undefined;
  const { center, width, function: name } = window;
  if (name !== 'LINEAR' && name !== 'LINEAR_EXACT' && name !== 'SIGMOID') {
    throw new ImageError('presentation-broken', `VOI LUT Function is ${JSON.stringify(name)}.`, {
      remedy:
        'LINEAR, LINEAR_EXACT and SIGMOID exist; check the instance with the maker of the mammography unit.',
    });
  }
  return windowed(name, center, width);
}

/** A window as PS3.3 C.11.2.1.2 (LINEAR), C.11.2.1.3.2 (LINEAR_EXACT) and C.11.2.1.3.1 (SIGMOID) define it. */
export function windowed(name: VoiFunction, center: number, width: number): VoiTransformation {
  switch (name) {
    case 'LINEAR': {
      const middle = center - 0.5;
      const span = width - 1;
      return (value) => {
        if (value <= middle - span / 2) return 0;
        if (value > middle + span / 2) return 1;
        return (value - middle) / span + 0.5;
      };
    }
    case 'LINEAR_EXACT':
      return (value) => {
        if (value <= center - width / 2) return 0;
        if (value > center + width / 2) return 1;
        return (value - center) / width + 0.5;
      };
    case 'SIGMOID':
      return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  }
}
