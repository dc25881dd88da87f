import { expect } from 'chai';
import {
  fromDicomJson,
  patientAndStudyFromJson,
  readPart10,
  requestsFromJson,
  writePart10,
} from '../../src/dicom/index.js';

/** What a reader finds of an archive's description, once it stands in a file of ours. */
function written(described: object) {
  const raw = patientAndStudyFromJson(fromDicomJson({ ...STUDY, ...described }));
  const own = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.34', SOPInstanceUID: '2.25.2', Modality: 'SR' };
  return readPart10(writePart10(own, { raw })).dataset;
}

const STUDY = { '0020000D': { vr: 'UI', Value: ['2.25.1'] } };
const PREGNANCY_STATUS = '001021C0';
const PATIENT_SIZE = '00101020';
const OFFSET_FROM_EVENT = '00120052';

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

  it('writes a number of eight bytes as one, and not as the text that the archive sends', () => {
    const dataset = written({ [OFFSET_FROM_EVENT]: { vr: 'FD', Value: [12.25] } });
    expect(dataset.numbers('LongitudinalTemporalOffsetFromEvent')).to.deep.equal([12.25]);
    expect(dataset.bytes('LongitudinalTemporalOffsetFromEvent')!.length).to.equal(8);
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

describe("Requests from an archive's description", () => {
  const ACCESSION = { '00080050': { vr: 'SH', Value: ['A-17'] } };
  const code = (value: string) => ({
    '00080100': { vr: 'SH', Value: [value] },
    '00080102': { vr: 'SH', Value: ['99X'] },
    '00080104': { vr: 'LO', Value: ['Μαστογραφία'] },
  });

  function requestsOf(described: object) {
    const { referencedRequests } = requestsFromJson(fromDicomJson({ ...STUDY, ...described }));
    const own = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.34', SOPInstanceUID: '2.25.2', Modality: 'SR' };
    const utf8 = patientAndStudyFromJson(fromDicomJson(STUDY));
    const raw = [...utf8, ...(referencedRequests ? [referencedRequests] : [])];
    return readPart10(writePart10(own, { raw })).dataset.items('ReferencedRequestSequence');
  }

  it('are those that the images name, with their codes and the study that they belong to', () => {
    const [request, ...others] = requestsOf({
      ...ACCESSION,
      '00400275': {
        vr: 'SQ',
        Value: [
          {
            '00401001': { vr: 'SH', Value: ['RP-1'] },
            '00321064': { vr: 'SQ', Value: [code('MAMMO')] },
          },
        ],
      },
    });
    expect(others).to.deep.equal([]);
    expect(request!.string('RequestedProcedureID')).to.equal('RP-1');
    expect(request!.string('AccessionNumber')).to.equal('A-17');
    expect(request!.string('StudyInstanceUID')).to.equal('2.25.1');
    const [procedure] = request!.items('RequestedProcedureCodeSequence');
    expect(procedure!.string('CodeValue')).to.equal('MAMMO');
    expect(procedure!.string('CodeMeaning')).to.equal('Μαστογραφία');
    // Type 2: there, and empty.
    expect(request!.has('FillerOrderNumberImagingServiceRequest')).to.equal(true);
  });

  it("are one by the study's accession number alone, and none without", () => {
    const [request] = requestsOf(ACCESSION);
    expect(request!.string('AccessionNumber')).to.equal('A-17');
    expect(request!.has('RequestedProcedureID')).to.equal(true);
    expect(requestsOf({})).to.deep.equal([]);
    expect(requestsOf({ '00400275': { vr: 'SQ', Value: [{}] } })).to.deep.equal([]);
  });
});
