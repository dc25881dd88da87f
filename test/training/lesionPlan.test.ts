import { expect } from 'chai';
import { prepareGrey } from '../../src/image/index.js';
import { makeMammogram } from '../../src/phantom/index.js';
import { lesionPlan } from '../../src/training/networks/index.js';

describe('the input of a lesion map', () => {
  it('has the size that was asked for, whatever its channels hold', () => {
    const { rows, columns, values } = makeMammogram({
      rows: 300,
      columns: 240,
      laterality: 'L',
      view: 'CC',
      seed: 1,
    });
    for (const channels of ['windows', 'grey'] as const) {
      const { input, preparation } = lesionPlan({ channels, size: { rows: 96, columns: 64 } });
      expect(input).to.deep.equal({ rows: 96, columns: 64, channels: 3 });
      const prepared = prepareGrey({ rows, columns, pixels: Uint16Array.from(values) }, preparation);
      expect(prepared.input).to.have.length(96 * 64 * 3);
    }
  });

  it('is of 512 rows and 320 columns where nothing is asked for', () => {
    expect(lesionPlan().input).to.deep.equal({ rows: 512, columns: 320, channels: 3 });
  });
});
