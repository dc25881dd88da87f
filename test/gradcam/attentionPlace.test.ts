import { expect } from 'chai';
import type { Point } from '../../src/dicom/index.js';
import { attentionPlace } from '../../src/gradcam/index.js';
import type { BreastMask } from '../../src/image/index.js';

const IMAGE = { rows: 1200, columns: 900 };
const BLOCK = 5;

/** The breast lies against the left border of 900 × 1200 pixels: half an ellipse. */
function breast(found = true): BreastMask {
  const [rows, columns] = [IMAGE.rows / BLOCK, IMAGE.columns / BLOCK];
  const pixels = Uint8Array.from({ length: rows * columns }, (_, i) => {
    const [x, y] = [((i % columns) + 0.5) * BLOCK, (Math.floor(i / columns) + 0.5) * BLOCK];
    return !found || (x / 500) ** 2 + ((y - 600) / 560) ** 2 < 1 ? 1 : 0;
  });
  const bounds = { left: 0, top: 0, width: columns, height: rows };
  return { rows, columns, block: BLOCK, pixels, bounds, box: bounds, found };
}

/** An MLO view: muscle and axillary tail fill the upper corner at the chest wall, which lies left. */
function mlo(): BreastMask {
  const mask = breast();
  const pixels = mask.pixels.map((inside, i) => {
    const [x, y] = [(i % mask.columns) * BLOCK, Math.floor(i / mask.columns) * BLOCK];
    return inside || (x / 350 + y / 700 < 1 ? 1 : 0);
  });
  return { ...mask, pixels };
}

/** The same, turned by half: the chest wall lies right, and the muscle below. */
function turned(mask: BreastMask): BreastMask {
  return { ...mask, pixels: mask.pixels.toReversed() };
}

function square(left: number, top: number, size = 100): { peak: Point; outline: Point[] } {
  const [right, bottom] = [left + size, top + size];
  return {
    peak: { x: left + size / 2, y: top + size / 2 },
    outline: [
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    ],
  };
}

const placeOf = (left: number, top: number, size?: number, mask = breast()) =>
  attentionPlace(square(left, top, size), IMAGE, mask);

describe('Where the attention lies', () => {
  it('is the breast for a region within it, and across its skin line as long as most of it is breast', () => {
    expect(placeOf(200, 500)).to.equal('breast');
    expect(placeOf(430, 550)).to.equal('breast');
  });

  it('is outside the breast where most of the region is background', () => {
    expect(placeOf(470, 550)).to.equal('outside-breast');
    expect(placeOf(700, 100)).to.equal('outside-breast');
    // Even in a corner: that no tissue is there says more.
    expect(placeOf(800, 0)).to.equal('outside-breast');
  });

  it('is told of a region that is smaller than a block of the mask by its peak', () => {
    expect(placeOf(201, 501, 2)).to.equal('breast');
    expect(placeOf(801, 101, 2)).to.equal('outside-breast');
  });

  it('is the border for what touches one side of the image, near enough', () => {
    expect(placeOf(0, 550)).to.equal('image-border');
    expect(placeOf(10, 550)).to.equal('image-border');
    expect(placeOf(14, 550)).to.equal('breast');
  });

  it('is a corner for what touches two sides that meet', () => {
    const everywhere = breast(false);
    expect(placeOf(0, 0, 100, everywhere)).to.equal('image-corner');
    expect(placeOf(795, 1095, 100, everywhere)).to.equal('image-corner');
    expect(placeOf(400, 1100, 100, everywhere)).to.equal('image-border');
  });

  it('is the border, and marked, in the corner of muscle and axilla at the chest wall', () => {
    expect(placeOf(0, 0, 100, mlo())).to.equal('image-border');
    expect(placeOf(800, 1100, 100, turned(mlo()))).to.equal('image-border');
  });

  it('is a corner where the breast, by its mask, does not reach it, or only away from the chest wall', () => {
    // A large region, half of it breast, from the corner above a CC view.
    expect(placeOf(0, 0, 400)).to.equal('image-corner');
    expect(placeOf(0, 800, 400, mlo())).to.equal('image-corner');
    // A label or a bright edge that hangs together with the breast.
    const label = mlo();
    const pixels = label.pixels.map((inside, i) =>
      i % label.columns > 130 && i < 60 * label.columns ? 1 : inside,
    );
    expect(placeOf(800, 0, 100, { ...label, pixels })).to.equal('image-corner');
  });

  it('is never outside where no breast could be told from its background', () => {
    expect(placeOf(700, 100, 100, breast(false))).to.equal('breast');
  });
});
