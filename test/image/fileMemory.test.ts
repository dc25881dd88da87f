import { expect } from 'chai';
import { FileMemory } from '../../src/image/fileMemory.js';
import { makeInstance } from '../../src/phantom/index.js';
import { openPreparation } from './openPreparation.js';

describe('FileMemory', () => {
  it('gives the smallest that is large enough again, and knows its own', () => {
    const memory = new FileMemory(2);
    const [small, large] = [memory.take(3e6), memory.take(9e6)];
    expect(small.byteLength).to.be.at.least(3e6);
    memory.giveBack(large);
    memory.giveBack(small);
    expect(memory.take(2e6)).to.equal(small);
    expect(memory.take(2e6)).to.equal(large);
    expect(memory.take(2e6)).to.not.equal(small);
    expect(memory.isOwn(small)).to.equal(true);
    expect(memory.isOwn(new ArrayBuffer(8))).to.equal(false);
    memory.clear();
  });

  it('keeps no more than it may, and nothing huge', () => {
    const memory = new FileMemory(1);
    const [small, large] = [memory.take(1e6), memory.take(5e6)];
    memory.giveBack(small);
    memory.giveBack(large);
    expect(memory.take(1e6)).to.equal(large);
    expect(memory.take(1e6)).to.not.equal(small);
    const huge = memory.take(65 * 2 ** 20);
    memory.giveBack(huge);
    expect(memory.take(1)).to.not.equal(huge);
    memory.clear();
  });

  it('carries one file after the other to the threads, at even and odd places, with the same result', async () => {
    const task = {
      preparation: [{ step: 'resize' as const, rows: 16, columns: 12 }],
      displayLongEdge: 100,
    };
    const pool = openPreparation({ threads: 1 });
    try {
      const made = (['CC', 'MLO'] as const).map((view) => makeInstance({ rows: 208, columns: 160, view }));
      for (const offset of [0, 7, 8, 1]) {
        for (const { bytes, sopInstanceUID } of made) {
          const straight = await pool.prepare(bytes.slice(), task);
          const buffer = pool.allocate(bytes.length + offset);
          const placed = new Uint8Array(buffer, offset, bytes.length);
          placed.set(bytes);
          const result = await pool.prepare(placed, task);
          expect(buffer.byteLength, 'handed over').to.equal(0);
          if (result.kind !== 'prepared' || straight.kind !== 'prepared') throw new Error(result.kind);
          expect(result.image.source.sopInstanceUID).to.equal(sopInstanceUID);
          expect(result.image).to.deep.equal(straight.image);
        }
      }
      // Also what is left alone gives its memory back.
      const first = pool.allocate(1000);
      expect((await pool.prepare(new Uint8Array(first, 0, 1000), task)).kind).to.equal('left-out');
    } finally {
      await pool.close();
    }
  });
});
