import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { TrailReader } from '../../src/audit/chain/index.js';
import { BY, logFiles, newFolder, openTrail, trailOf } from './trails.js';

const numbersOf = async (reader: TrailReader) => {
  const numbers: number[] = [];
  for await (const { sequence } of reader.news()) numbers.push(sequence);
  return numbers;
};

describe('A reader of the growing trail', () => {
  it('gives each line once, across files, from where it was told to begin', async () => {
    const folder = newFolder();
    const trail = await openTrail(folder, { fileBytes: 3000 });
    const add = async (count: number) => {
      for (let at = 0; at < count; at++) await trail.recordNow({ act: 'used', what: 'retry', by: BY });
    };
    await add(5);
    const reader = new TrailReader(folder, 2);
    expect(await numbersOf(reader)).to.deep.equal([3, 4, 5]);
    expect(await numbersOf(reader)).to.deep.equal([]);
    await add(6);
    expect(logFiles(folder)).to.have.length.above(1);
    expect(await numbersOf(reader)).to.deep.equal([6, 7, 8, 9, 10, 11]);
    await trail.close();
  });

  it('reads nothing again that it has read', async () => {
    const folder = await trailOf(4);
    const [file] = logFiles(folder);
    const reader = new TrailReader(folder, 0);
    expect(await numbersOf(reader)).to.deep.equal([1, 2, 3, 4]);
    const text = readFileSync(file!, 'utf8');
    // What was read would now be news, and is not looked at.
    const next = text.split('\n').at(-2)!.replace(/^4 /, '9 ');
    writeFileSync(
      file!,
      next
        .padEnd(text.length - 1)
        .slice(0, text.length - 1)
        .concat('\n'),
    );
    expect(await numbersOf(reader)).to.deep.equal([]);
  });

  it('leaves a line without its end for later', async () => {
    const folder = await trailOf(2);
    const [file] = logFiles(folder);
    const text = readFileSync(file!, 'utf8');
    const cut = text.length - 20;
    writeFileSync(`${file}.new`, text.slice(0, cut));
    renameSync(`${file}.new`, file!);
    const reader = new TrailReader(folder, 0);
    expect(await numbersOf(reader)).to.deep.equal([1]);
    appendFileSync(file!, text.slice(cut));
    expect(await numbersOf(reader)).to.deep.equal([2]);
  });
});
