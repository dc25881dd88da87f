import { expect } from 'chai';
import { openThreads } from '../../src/exam/index.js';
import {
  drawOverlay,
  drawSinglePicture,
  type OverlayInput,
  type RgbImage,
} from '../../src/pictures/index.js';
import { drawText } from '../../src/pictures/typeface.js';
import { CAPTION, FLAT, overlayInput } from './examples.js';

/** Both lines begin with a word that stands in no other place. */
const LINES = ['AI heat map, not a mammogram', 'not for primary diagnosis'].map((line) => line.split(' '));
const WHITE = 245;

function ofSize(rows: number, columns: number, change: Partial<OverlayInput> = {}): OverlayInput {
  const pixels = new Uint8Array(rows * columns).fill(99);
  return overlayInput({ display: { rows, columns, pixels }, ...change });
}

/** Where the word stands in the rows above the mammogram, in letters of that size. */
function placeOf(word: string, size: number, { pixels, columns, imageArea }: RgbImage) {
  const letters = drawText(word, size, 'bold');
  // The brightest first: where there is nothing, one look is enough.
  const order = [...letters.coverage.keys()].sort((a, b) => letters.coverage[b]! - letters.coverage[a]!);
  const isThere = (x0: number, y0: number) =>
    order.every((i) => {
      const [x, y] = [x0 + (i % letters.columns), y0 + Math.floor(i / letters.columns)];
      return pixels[(y * columns + x) * 3] === Math.round((letters.coverage[i]! * WHITE) / 255);
    });
  for (let y = 0; y + letters.rows <= imageArea.top; y++) {
    for (let x = 0; x + letters.columns <= columns; x++) if (isThere(x, y)) return { x, y };
  }
  return undefined;
}

/** In what sizes the two lines of the notice stand above the mammogram, all their words in their order. */
function noticeSizes(picture: RgbImage): (number | undefined)[] {
  return LINES.map((words) => lineSize(words, picture));
}

function lineSize(words: string[], picture: RgbImage): number | undefined {
  for (let size = 64; size >= 11; size--) {
    const last = placeOf(words.at(-1)!, size, picture);
    if (last === undefined) continue;
    const places = words.map((word) => placeOf(word, size, picture));
    if (places.every((place) => place !== undefined && (place.y < last.y || place.x <= last.x))) return size;
  }
  return undefined;
}

describe('The picture that stands alone', () => {
  const answers: Record<string, Partial<OverlayInput>> = {
    positive: {},
    negative: { caption: { ...CAPTION, probability: 0.01 } },
    'without a heat map': { heatMap: FLAT },
  };
  for (const [name, change] of Object.entries(answers)) {
    it(`says along its upper edge what it is, and what it is not for: ${name}`, () => {
      const input = overlayInput(change);
      const picture = drawSinglePicture(input);
      expect(noticeSizes(picture)).to.deep.equal([15, 15]);
      // All else is as it is beside others: nothing of the mammogram is covered.
      const overlay = drawOverlay(input);
      expect(picture.imageArea).to.deep.equal({ ...overlay.imageArea, top: picture.rows - overlay.rows });
      const rest = picture.pixels.subarray(picture.imageArea.top * picture.columns * 3);
      expect(Buffer.compare(rest, overlay.pixels)).to.equal(0);
    });
  }

  it('says it in large letters, in slightly smaller ones or in lines where there is no room', () => {
    const sizes = [
      [1760, 1400],
      [1760, 1000],
      [1760, 500],
      [60, 31],
      [90, 2048],
    ].map(([rows, columns]) => noticeSizes(drawSinglePicture(ofSize(rows!, columns!))));
    expect(sizes).to.deep.equal([
      [55, 55],
      [52, 55],
      [55, 55],
      [15, 12],
      [63, 63],
    ]);
  });

  it('keeps the letters off the edges, and off the mammogram', () => {
    for (const columns of [1, 200, 777, 2048]) {
      const { pixels, imageArea, ...picture } = drawSinglePicture(ofSize(900, columns));
      const line = picture.columns * 3;
      for (let y = 0; y < imageArea.top; y++) {
        expect(pixels[y * line]).to.equal(0);
        expect(pixels[(y + 1) * line - 1]).to.equal(0);
      }
      for (const y of [0, imageArea.top - 1])
        expect(Math.max(...pixels.subarray(y * line, (y + 1) * line))).to.equal(0);
    }
  });

  it('is what is stored; what goes beside others in one picture has no notice of its own', async () => {
    const threads = openThreads(1);
    try {
      const input = overlayInput();
      expect((await threads.overlays.render(input)).imageArea.top).to.equal(0);
    } finally {
      await threads.close();
    }
  });
});
