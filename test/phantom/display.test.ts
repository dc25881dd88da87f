import { expect } from 'chai';
import { readPart10 } from '../../src/dicom/index.js';
import { decodePixels, presentationImage } from '../../src/image/index.js';
import { type HabitName, makeInstance, makeMammogram } from '../../src/phantom/index.js';

const SMALL = { seed: 3, view: 'MLO', laterality: 'R', rows: 208, columns: 160, bits: 14 } as const;

describe('the made exam, displayed', () => {
  const drawn = makeMammogram(SMALL);
  for (const habit of ['plain', 'ge', 'hologic', 'siemens'] satisfies HabitName[]) {
    for (const photometric of ['MONOCHROME1', 'MONOCHROME2'] as const) {
      for (const signed of [false, true]) {
        it(`looks as it was drawn: ${habit}, ${photometric}, ${signed ? 'signed' : 'unsigned'}`, async () => {
          const instance = readPart10(makeInstance({ ...SMALL, habit, photometric, signed }).bytes);
          const { pixels } = presentationImage(instance.dataset, await decodePixels(instance));
          let largest = 0;
          for (let i = 0; i < pixels.length; i++) {
            largest = Math.max(largest, Math.abs(pixels[i]! - drawn.values[i]!));
          }
          // Less than a grey level of an 8-bit display.
          expect(largest).to.be.below(300);
        });
      }
    }
  }
});
