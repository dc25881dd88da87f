import { expect } from 'chai';
import { drawOverview, type OverviewTiles, type RgbImage } from '../../src/pictures/index.js';

/** A plain picture of one red, which no letter has, with a caption of black. */
function tile(grey: number, rows: number, columns: number): RgbImage {
  const pixels = new Uint8Array((rows + 20) * columns * 3);
  for (let at = 0; at < rows * columns * 3; at += 3) pixels.set([grey, 0, 7], at);
  return { rows: rows + 20, columns, pixels, imageArea: { top: 0, rows, columns } };
}

const TILES: OverviewTiles = {
  RCC: tile(50, 300, 200),
  LCC: tile(100, 300, 200),
  RMLO: tile(150, 400, 220),
  LMLO: tile(200, 400, 220),
};

/** Where the pixels of one red stand: their box. */
function placeOf(picture: RgbImage, grey: number) {
  const box = {
    left: Number.POSITIVE_INFINITY,
    right: -1,
    top: Number.POSITIVE_INFINITY,
    bottom: -1,
    count: 0,
  };
  for (let y = 0; y < picture.rows; y++) {
    for (let x = 0; x < picture.columns; x++) {
      const at = (y * picture.columns + x) * 3;
      if (picture.pixels[at] !== grey || picture.pixels[at + 2] !== 7) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
      box.count++;
    }
  }
  return box;
}

describe('The overview', () => {
  it('hangs right and left back to back, MLO below CC', () => {
    const picture = drawOverview(TILES);
    const [rcc, lcc, rmlo, lmlo] = [50, 100, 150, 200].map((grey) => placeOf(picture, grey));
    const middle = picture.columns / 2;
    for (const right of [rcc!, rmlo!]) expect(middle - right.right).to.be.within(0, 10);
    for (const left of [lcc!, lmlo!]) expect(left.left - middle).to.be.within(0, 10);
    expect(rcc!.top).to.equal(lcc!.top);
    expect(rmlo!.top).to.be.greaterThan(rcc!.bottom);
    expect(rmlo!.top).to.equal(lmlo!.top);
  });

  it('lines up the captions of a row, however high the images above them are', () => {
    const picture = drawOverview({ ...TILES, LCC: tile(100, 230, 200), LMLO: tile(200, 390, 220) });
    const [rcc, lcc, rmlo, lmlo] = [50, 100, 150, 200].map((grey) => placeOf(picture, grey));
    expect(rcc!.bottom).to.equal(lcc!.bottom);
    expect(rmlo!.bottom).to.equal(lmlo!.bottom);
    expect([rcc, lcc, rmlo, lmlo].map((place) => place!.count)).to.deep.equal([
      300 * 200,
      230 * 200,
      400 * 220,
      390 * 220,
    ]);
  });

  it('keeps pictures that fit as they are, and halves larger ones', () => {
    expect(placeOf(drawOverview(TILES), 150).count).to.equal(400 * 220);
    const large = drawOverview({ ...TILES, RMLO: tile(150, 2000, 600) });
    const { left, right, top, bottom } = placeOf(large, 150);
    expect([right - left + 1, bottom - top + 1]).to.deep.equal([300, 1000]);
  });

  it('says in words what is not there', () => {
    const without = drawOverview({ ...TILES, RMLO: 'R MLO not in the study' });
    expect(placeOf(without, 150).count).to.equal(0);
    const other = drawOverview({ ...TILES, RMLO: 'R MLO not analysed' });
    expect([other.rows, other.columns]).to.deep.equal([without.rows, without.columns]);
    expect(Buffer.compare(other.pixels, without.pixels)).to.not.equal(0);
  });
});
