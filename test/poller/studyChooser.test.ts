import { expect } from 'chai';
import { asUid, fromDicomJson, type StudyInstanceUID } from '../../src/dicom/index.js';
import type { DicomWeb } from '../../src/dicomweb/index.js';
import { StudyChooser } from '../../src/poller/studyChooser.js';
import { setClockAhead } from '../steppedClock.js';
import { SILENT } from './hospital.js';

describe('What the settings say of a study', () => {
  afterEach(() => setClockAhead(0));

  it('is not asked for again because somebody sets the clock', async () => {
    let asked = 0;
    const listedStudy = async () => {
      asked++;
      return fromDicomJson({ '00081030': { vr: 'LO', Value: ['BIOPSY'] } });
    };
    const rules = { exclude: { StudyDescription: ['BIOPSY'] } };
    const chooser = new StudyChooser(rules, { listedStudy } as unknown as DicomWeb, SILENT);
    const study = asUid<StudyInstanceUID>('2.25.1');
    for (const ahead of [0, 7_200_000, -7_200_000]) {
      setClockAhead(ahead);
      expect(await chooser.passedOver(study, 4)).to.include({ setting: 'poll.exclude.StudyDescription' });
    }
    expect(asked).to.equal(1);
  });

  it('is asked for again once the study has become larger or smaller', async () => {
    let description = 'BIOPSY';
    const listedStudy = async () => fromDicomJson({ '00081030': { vr: 'LO', Value: [description] } });
    const rules = { exclude: { StudyDescription: ['BIOPSY'] } };
    const chooser = new StudyChooser(rules, { listedStudy } as unknown as DicomWeb, SILENT);
    const study = asUid<StudyInstanceUID>('2.25.1');
    expect(await chooser.passedOver(study, 4)).to.include({ setting: 'poll.exclude.StudyDescription' });
    description = 'SCREENING';
    expect(await chooser.passedOver(study, 4)).to.include({ setting: 'poll.exclude.StudyDescription' });
    expect(await chooser.passedOver(study, 8)).to.equal(undefined);
  });
});
