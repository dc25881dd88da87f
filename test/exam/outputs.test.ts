import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { defaultSettings } from '../../src/config/index.js';
import { asUid, type SOPInstanceUID, type StudyInstanceUID } from '../../src/dicom/index.js';
import { OUTPUTS } from '../../src/exam/index.js';
import { PICTURES, type PictureKind, REPORTS, type ReportKind } from '../../src/exam/outputs.js';
import { resultNames } from '../../src/exam/resultNames.js';
import type { Bundle } from '../../src/model/index.js';

describe('the table of outputs', () => {
  const rows = Object.values(OUTPUTS);
  const statement = readFileSync('docs/conformance.md', 'utf8').split('\n');
  const cells = statement
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('gives each kind a series number of its own', () => {
    expect(new Set(rows.map(({ seriesNumber }) => seriesNumber)).size).to.equal(rows.length);
  });

  it('is what the conformance statement says is created, class by class', () => {
    const created = cells.filter(([, , , role]) => role?.startsWith('created')).map(([, , uid]) => uid);
    expect(created).to.deep.equal([...new Set(rows.map(({ sopClassUID }) => sopClassUID))]);
  });

  it('has the series numbers of the conformance statement', () => {
    const row = cells.find(([, attribute]) => attribute === 'SeriesNumber')?.[2] ?? '';
    const numbers = [...row.matchAll(/\b98\d\d\b/g)].map(([number]) => Number(number));
    expect(numbers).to.deep.equal(rows.map(({ seriesNumber }) => seriesNumber));
  });

  it('makes the keys of the settings, which the example file and the conformance statement explain', () => {
    const keys = ['reports', 'notProcessed', ...Object.values(PICTURES).map(({ key }) => key)];
    expect(Object.keys(defaultSettings('http://localhost').outputs)).to.have.members(keys);
    const example = readFileSync('config/mamori.example.yaml', 'utf8');
    for (const key of keys) {
      expect(example).to.match(new RegExp(`^  ${key}:`, 'm'));
      expect(statement.join('\n')).to.include(`\`outputs.${key}\``);
    }
    for (const kind of Object.keys(REPORTS)) expect(example).to.include(kind);
  });

  it('names no two objects and no two series alike', () => {
    const names = resultNames({
      studyInstanceUID: asUid<StudyInstanceUID>('2.25.1'),
      analysed: [],
      leftOut: [],
      bundle: { name: 'small', version: '1.0.0', digest: 'a'.repeat(64) } as Bundle,
      settings: { ...defaultSettings('http://localhost').outputs, explain: { method: 'grad-cam' } },
      revision: 1,
    });
    const images = [asUid<SOPInstanceUID>('2.25.2'), asUid<SOPInstanceUID>('2.25.3'), undefined];
    const uids = [
      ...(Object.keys(REPORTS) as ReportKind[]).map((kind) => names.report(kind)),
      ...(Object.keys(PICTURES) as PictureKind[]).flatMap((kind) =>
        images.map((image) => names.picture(kind, image)),
      ),
    ];
    expect(new Set(uids.map(({ sopInstanceUID }) => sopInstanceUID)).size).to.equal(uids.length);
    expect(new Set(uids.map(({ seriesInstanceUID }) => seriesInstanceUID)).size).to.equal(uids.length);
  });
});
