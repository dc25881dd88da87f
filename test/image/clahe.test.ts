import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { clahe } from '../../src/image/index.js';
import { needs, OPENCV, PYTHON } from '../parts.js';
import { TEST_SEED } from '../seeds.js';

interface Case {
  rows: number;
  columns: number;
  bits: 8 | 16;
  clipLimit: number;
  tiles: [number, number];
}

const FIXTURES = JSON.parse(
  readFileSync(new URL('../../../test/image/fixtures/clahe-opencv.json', import.meta.url), 'utf8'),
) as {
  whole: Array<Case & { input: string; output: string }>;
  hashed: Array<Case & { seed: number; sha256: string }>;
};

function unpacked(text: string, bits: 8 | 16): Uint8Array | Uint16Array {
  const bytes = Uint8Array.from(inflateSync(Buffer.from(text, 'base64')));
  return bits === 8 ? bytes : new Uint16Array(bytes.buffer);
}

/** The generator of scripts/makeClaheFixtures.py, value by value. */
function generated(seed: number, rows: number, columns: number, bits: 8 | 16): Uint8Array | Uint16Array {
  const image = bits === 8 ? new Uint8Array(rows * columns) : new Uint16Array(rows * columns);
  let state = seed;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const ramp = Math.floor(((x * 3 + y * 5) * 65535) / (3 * columns + 5 * rows));
      const value = x * x > y * columns ? 0 : Math.floor((ramp * 3 + (state >>> 16)) / 4);
      image[y * columns + x] = value >> (16 - bits);
    }
  }
  return image;
}

function differences(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) count++;
  return count;
}

function named({ rows, columns, bits, clipLimit, tiles }: Case): string {
  return `${columns} × ${rows}, ${bits} bit, clip ${clipLimit}, tiles ${tiles.join(' × ')}`;
}

describe('clahe', () => {
  it('equals OpenCV in every pixel of small images of every shape, grid and clip limit', () => {
    expect(FIXTURES.whole).to.have.length.greaterThan(50);
    for (const one of FIXTURES.whole) {
      const input = unpacked(one.input, one.bits);
      const output = clahe(input, one.rows, one.columns, one);
      expect(differences(output, unpacked(one.output, one.bits)), named(one)).to.equal(0);
    }
  });

  it('equals OpenCV on larger images, whether the grid divides them or not', () => {
    for (const one of FIXTURES.hashed) {
      const output = clahe(generated(one.seed, one.rows, one.columns, one.bits), one.rows, one.columns, one);
      expect(createHash('sha256').update(output).digest('hex'), named(one)).to.equal(one.sha256);
    }
  });

  it('leaves its input alone', () => {
    const input = generated(3, 40, 40, 16);
    const before = input.slice();
    clahe(input, 40, 40, { clipLimit: 2, tiles: [4, 4] });
    expect(differences(input, before)).to.equal(0);
  });

  it('gives the same in the place of its input, at every size and grid', () => {
    let taken = 0;
    for (const bits of [8, 16] as const) {
      for (let size = 1; size < 130; size += 3) {
        for (const tiles of [
          [1, 1],
          [3, 2],
          [4, 8],
          [8, 5],
          [2, 16],
        ] as [number, number][]) {
          const [rows, columns] = [size, 131 - size];
          const input = generated(size, rows, columns, bits);
          const expected = clahe(input, rows, columns, { clipLimit: 3, tiles });
          const output = clahe(input, rows, columns, { clipLimit: 3, tiles }, { overwrite: true });
          const told = named({ rows, columns, bits, clipLimit: 3, tiles });
          expect(differences(output, expected), told).to.equal(0);
          if (output === input) taken++;
        }
      }
    }
    expect(taken).to.be.greaterThan(100);
  });

  it('gives the same after an image that needs more memory than is kept', () => {
    const input = generated(4, 64, 64, 16);
    const options = { clipLimit: 2, tiles: [8, 8] as [number, number] };
    const before = clahe(input, 64, 64, options);
    clahe(generated(5, 10, 200, 16), 10, 200, { clipLimit: 2, tiles: [200, 1] });
    expect(differences(clahe(input, 64, 64, options), before)).to.equal(0);
  });

  it('refuses sizes that are none and arrays that do not match them', () => {
    const image = new Uint16Array(12);
    const options = { clipLimit: 2, tiles: [2, 2] as [number, number] };
    expect(() => clahe(image, 3, 5, options)).to.throw(RangeError);
    expect(() => clahe(image, 0, 4, options)).to.throw(RangeError);
    expect(() => clahe(image, 3, 4, { ...options, tiles: [0, 2] })).to.throw(RangeError);
    expect(() => clahe(image, 3, 4, { ...options, tiles: [1.5, 2] })).to.throw(RangeError);
  });

  it('equals the OpenCV of this machine on images of random size', function () {
    needs(this, PYTHON, OPENCV);
    const seed = TEST_SEED;
    const cases = Array.from({ length: 12 }, (_, i): Case & { seed: number } => {
      const pick = (n: number, salt: number) => (Math.imul(seed + 7919 * i + salt, 2654435761) >>> 8) % n;
      return {
        seed: seed + i,
        rows: 1 + pick(200, 1),
        columns: 1 + pick(200, 2),
        bits: i % 2 ? 8 : 16,
        clipLimit: [0, 0.3, 2, 2.7, 40, 1e5][pick(6, 3)]!,
        tiles: [1 + pick(12, 4), 1 + pick(12, 5)],
      };
    });
    const inputs = cases.map((one) => generated(one.seed, one.rows, one.columns, one.bits));
    const script = `
import sys, json, cv2, numpy as np
for line in sys.stdin:
  c = json.loads(line)
  a = np.array(c["input"], np.uint8 if c["bits"] == 8 else np.uint16).reshape(c["rows"], c["columns"])
  print(json.dumps(cv2.createCLAHE(c["clipLimit"], tuple(c["tiles"])).apply(a).ravel().tolist()))`;
    const lines = cases.map((one, i) => JSON.stringify({ ...one, input: [...inputs[i]!] }));
    const run = spawnSync(PYTHON, ['-c', script], {
      input: lines.join('\n'),
      maxBuffer: 2 ** 28,
    });
    const results = run.stdout.toString().trim().split('\n');
    expect(results).to.have.length(cases.length);
    cases.forEach((one, i) => {
      const expected = JSON.parse(results[i]!) as number[];
      const output = clahe(inputs[i]!, one.rows, one.columns, one);
      expect(differences(output, expected), `seed ${seed}: ${named(one)}`).to.equal(0);
    });
  });
});
