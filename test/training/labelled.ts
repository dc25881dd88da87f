import type { LabelledImage } from '../../src/dataset/index.js';

/** Images of so many patients, every third of them malignant. No files belong to them. */
export function labelled(cases: number, imagesPerCase = 2): LabelledImage[] {
  return Array.from({ length: cases * imagesPerCase }, (_, index) => {
    const patient = Math.floor(index / imagesPerCase);
    const file = `${index}.png`;
    return {
      file,
      path: file,
      label: patient % 3 === 0 ? 'malignant' : 'benign',
      case: `case${patient}`,
      site: undefined,
      side: undefined,
      view: undefined,
    };
  });
}
