import { expect } from 'chai';
import { defaultSettings } from '../../src/config/index.js';
import { asUid, type StudyInstanceUID } from '../../src/dicom/index.js';
import { type ExamSettings, resultDigest } from '../../src/exam/index.js';
import { resultNames } from '../../src/exam/resultNames.js';
import type { Bundle } from '../../src/model/index.js';
import { servedModelOf } from '../../src/service/index.js';

const SETTINGS: ExamSettings = {
  reports: ['tid1500'],
  notProcessed: true,
  secondaryCapture: { longEdge: 2048 },
  presentationState: 'off',
  overview: 'off',
  explain: { method: 'grad-cam' },
};
const BUNDLE = { name: 'small', version: '1.0.0', digest: 'a'.repeat(64) } as Bundle;

/** What the ledger calls the work, and what its objects are called. */
function namesWith(settings: Partial<ExamSettings>): { digest: string; report: string } {
  const all = { ...SETTINGS, ...settings };
  const work = {
    studyInstanceUID: asUid<StudyInstanceUID>('2.25.1'),
    analysed: [],
    leftOut: [],
    bundle: BUNDLE,
    revision: 1,
  };
  return {
    digest: resultDigest(all),
    report: resultNames({ ...work, settings: all }).report('tid1500').sopInstanceUID,
  };
}

describe('The settings that change results', () => {
  it('are the way of explaining: another key in the ledger, and other names of objects', () => {
    const explanations: ExamSettings['explain'][] = [
      { method: 'grad-cam' },
      { method: 'integrated-grad-cam', steps: 16 },
      { method: 'integrated-grad-cam', steps: 32 },
    ];
    const named = explanations.map((explain) => namesWith({ explain }));
    expect(new Set(named.map(({ digest }) => digest)).size).to.equal(3);
    expect(new Set(named.map(({ report }) => report)).size).to.equal(3);
  });

  it('are not the size of a picture, nor which objects are written: no closed exam is due again', () => {
    for (const cosmetic of [
      { secondaryCapture: { longEdge: 1024 } },
      { secondaryCapture: 'off' as const },
      { reports: ['tid1500', 'mammography-cad'] as ExamSettings['reports'] },
      { notProcessed: false },
    ])
      expect(namesWith(cosmetic), JSON.stringify(cosmetic)).to.deep.equal(namesWith({}));
  });

  it('are taken from the settings file as they are from an exam', () => {
    const settings = defaultSettings('http://localhost');
    const usual = servedModelOf(BUNDLE, settings);
    expect(usual.settingsDigest).to.equal(namesWith({}).digest);
    expect(servedModelOf(BUNDLE, { ...settings, workers: 4 })).to.deep.equal(usual);
    const steps = { ...settings.explain, steps: 99 };
    expect(servedModelOf(BUNDLE, { ...settings, explain: steps })).to.deep.equal(usual);
  });
});
