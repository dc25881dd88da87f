import { expect } from 'chai';
import { fromDicomJson, patientAndStudyFromJson, readPart10, writePart10 } from '../../src/dicom/index.js';

/** What a reader finds of an archive's description, once it stands in a file of ours. */
function written(described: object) {
  const raw = patientAndStudyFromJson(fromDicomJson({ ...STUDY, ...described }));
  const own = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.34', SOPInstanceUID: '2.25.2', Modality: 'SR' };
  return readPart10(writePart10(own, { raw })).dataset;
}

const STUDY = { '0020000D': { vr: 'UI', Value: ['2.25.1'] } };
const PREGNANCY_STATUS = '001021C0';
const PATIENT_SIZE = '00101020';

describe("Patient and study from an archive's description", () => {
  it('writes numbers as their VR has them', () => {
    const dataset = written({
      [PREGNANCY_STATUS]: { vr: 'US', Value: [4] },
      [PATIENT_SIZE]: { vr: 'DS', Value: [1.6400000000000001, 1 / 3] },
    });
    expect([...dataset.bytes('PregnancyStatus')!]).to.deep.equal([4, 0]);
    expect(dataset.numbers('PregnancyStatus')).to.deep.equal([4]);
    expect(dataset.numbers('PatientSize')[0]).to.equal(1.64);
    for (const text of dataset.strings('PatientSize')) expect(text.length).to.be.at.most(16);
  });

  it('leaves out a number that its VR cannot hold', () => {
    for (const wrong of [70_000, -1, 1.5, 'yes', null]) {
      const dataset = written({ [PREGNANCY_STATUS]: { vr: 'US', Value: [wrong] } });
      expect(dataset.has('PregnancyStatus'), String(wrong)).to.equal(false);
    }
  });

  it('writes names in UTF-8 and says so', () => {
    const dataset = written({ '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Μαμόρι^Άννα' }] } });
    expect(dataset.string('PatientName')).to.equal('Μαμόρι^Άννα');
    expect(dataset.string('SpecificCharacterSet')).to.equal('ISO_IR 192');
    expect(dataset.has('PatientID')).to.equal(true);
  });
});
