import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { OUTPUTS } from '../../src/exam/index.js';
import { OBJECT_KINDS } from '../../src/outputKinds.js';

describe('the table of outputs', () => {
  const rows = OBJECT_KINDS.map((kind) => OUTPUTS[kind]);
  const statement = readFileSync('docs/conformance.md', 'utf8').split('\n');
  const cells = statement
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('names each row as the settings and the ledger do, and gives each a series of its own', () => {
    expect(rows.map(({ kind }) => kind)).to.deep.equal([...OBJECT_KINDS]);
    expect(new Set(rows.map(({ seriesNumber }) => seriesNumber)).size).to.equal(rows.length);
  });

  it('is what the conformance statement says is created, class by class', () => {
    const created = cells.filter(([, , , role]) => role?.startsWith('created')).map(([, , uid]) => uid);
    expect(created).to.deep.equal(rows.map(({ sopClassUID }) => sopClassUID));
  });

  it('has the series numbers of the conformance statement', () => {
    const numbers = cells.map(([, , , number]) => number).filter((number) => /^98\d\d$/.test(number ?? ''));
    expect(numbers.map(Number)).to.deep.equal(rows.map(({ seriesNumber }) => seriesNumber));
  });
});
