import { expect } from 'chai';
import { ORIENTATIONS, oriented } from '../../src/image/index.js';
import { bytes, cutOut, planeOf, readRow, turned, words } from '../../src/image/plane.js';

describe('Planes', () => {
  const rows = 7;
  const columns = 5;
  const pixels = Uint16Array.from({ length: rows * columns }, (_, i) => 1000 * i);
  const box = { left: 1, top: 2, width: 3, height: 4 };

  /** The same cut, copied. */
  const copied = Uint16Array.from({ length: box.width * box.height }, (_, i) => {
    const [y, x] = [Math.floor(i / box.width), i % box.width];
    return pixels[(box.top + y) * columns + box.left + x]!;
  });

  it('read the same as copies that are cut out and turned, in every orientation', () => {
    const cut = cutOut(planeOf({ pixels, rows, columns }), box);
    for (const orientation of ORIENTATIONS) {
      const expected = oriented(copied, box.height, box.width, orientation);
      const plane = turned(cut, orientation);
      const told = JSON.stringify(orientation);
      expect([plane.rows, plane.columns], told).to.deep.equal([expected.rows, expected.columns]);
      expect(words(plane), told).to.deep.equal(expected.pixels);
    }
  });

  it('are cut within what is turned, and turned again', () => {
    const inner = { left: 1, top: 0, width: 2, height: 3 };
    for (const first of ORIENTATIONS) {
      for (const second of ORIENTATIONS) {
        const plane = turned(cutOut(turned(planeOf({ pixels, rows, columns }), first), inner), second);
        const outer = oriented(pixels, rows, columns, first);
        const within = words(cutOut(planeOf(outer), inner));
        expect(words(plane)).to.deep.equal(oriented(within, inner.height, inner.width, second).pixels);
      }
    }
  });

  it('leave the image as it is when they read in mirror writing', () => {
    const before = pixels.slice();
    const line = new Uint16Array(columns);
    readRow(turned(planeOf({ pixels, rows, columns }), { flip: true, quarterTurns: 0 }), 1, line);
    expect([...line]).to.deep.equal([9000, 8000, 7000, 6000, 5000]);
    expect(pixels).to.deep.equal(before);
  });

  it('round every word to the nearest of 256 levels, and widen levels back', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, word) => word);
    const rounded = bytes(planeOf({ pixels: all, rows: 256, columns: 256 }));
    for (let word = 0; word < 65536; word++) {
      if (rounded[word] !== Math.round(word / 257))
        expect(rounded[word], `${word}`).to.equal(Math.round(word / 257));
    }
    const levels = Uint8Array.from({ length: 256 }, (_, level) => level);
    expect([...words(planeOf({ pixels: levels, rows: 16, columns: 16 }))]).to.deep.equal(
      Array.from(levels, (level) => level * 257),
    );
  });
});
