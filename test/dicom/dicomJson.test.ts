import { expect } from 'chai';
import fc from 'fast-check';
import { fromDicomJson, readPart10, toDicomJson } from '../../src/dicom/index.js';
import { part10 } from './byteStreams.js';
import { mammogram } from './mammograms.js';

describe('fromDicomJson', () => {
  const answer = fromDicomJson({
    '00080061': { vr: 'CS', Value: ['MG', 'SR'] },
    '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] },
    '0020000d': { vr: 'UI', Value: [' 2.25.1 '] },
    '00201206': { vr: 'IS', Value: ['12'] },
    '00201208': { vr: 'IS', Value: [4] },
    '00081030': { vr: 'LO' },
    '00280030': { vr: 'DS', Value: [0.07, null] },
    '00081199': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['2.25.2'] } }, null] },
  });

  it('reads by keyword, whatever form the server has chosen', () => {
    expect(answer.strings('ModalitiesInStudy')).to.deep.equal(['MG', 'SR']);
    expect(answer.string('PatientName')).to.equal('Yamada^Tarou=山田^太郎');
    expect(answer.string('StudyInstanceUID')).to.equal('2.25.1');
    expect(answer.number('NumberOfStudyRelatedSeries')).to.equal(12);
    expect(answer.number('NumberOfStudyRelatedInstances')).to.equal(4);
    expect(
      answer.items('ReferencedSOPSequence').map((item) => item.string('ReferencedSOPInstanceUID')),
    ).to.deep.equal(['2.25.2']);
  });

  it('reads values without the padding that they have in a file', () => {
    const padded = fromDicomJson({
      '0020000D': { vr: 'UI', Value: ['2.25.1\0'] },
      '00080018': { vr: 'UI', Value: ['\0'] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Roe^Jane \0' }] },
    });
    expect(padded.string('StudyInstanceUID')).to.equal('2.25.1');
    expect(padded.string('SOPInstanceUID')).to.equal(undefined);
    expect(padded.string('PatientName')).to.equal('Roe^Jane');
  });

  it('tells absent, empty and unreadable from each other only where it matters', () => {
    expect(answer.has('StudyDescription')).to.equal(true);
    expect(answer.string('StudyDescription')).to.equal(undefined);
    expect(answer.has('AccessionNumber')).to.equal(false);
    expect(answer.strings('AccessionNumber')).to.deep.equal([]);
    expect(answer.strings('PixelSpacing')).to.deep.equal(['0.07', '']);
    expect(answer.numbers('PixelSpacing')).to.deep.equal([]);
  });

  it('takes any JSON without failing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (whole, attribute) => {
        for (const json of [whole, { '00100010': attribute }, { '00100010': { Value: [attribute] } }]) {
          const read = fromDicomJson(json);
          read.strings('PatientName');
          read.numbers('PatientName');
          read.items('PatientName');
        }
      }),
    );
  });
});

describe('toDicomJson', () => {
  const { dataset } = readPart10(part10(mammogram()));

  it('gives the named attributes in the DICOM JSON Model', () => {
    const json = toDicomJson(dataset, [
      'PatientName',
      'Modality',
      'SeriesNumber',
      'ReferringPhysicianName',
      'StudyDescription',
    ]);
    expect(json).to.deep.equal({
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Grün^Eva' }] },
      '00080060': { vr: 'CS', Value: ['MG'] },
      '00200011': { vr: 'IS', Value: [4] },
      '00080090': { vr: 'PN' },
    });
  });

  it('gives everything but binary values, sequences whole', () => {
    const json = toDicomJson(dataset);
    expect(json).to.not.have.property('7FE00010');
    expect(json['00540220']?.Value).to.have.nested.property('[0].00080100.Value[0]', '399162004');
  });

  it('comes back the same', () => {
    const back = fromDicomJson(JSON.parse(JSON.stringify(toDicomJson(dataset))));
    for (const keyword of dataset.keywords()) {
      if (keyword === 'PixelData') continue;
      if (dataset.vr(keyword) === 'DS') expect(back.numbers(keyword)).to.deep.equal(dataset.numbers(keyword));
      else expect(back.strings(keyword), keyword).to.deep.equal(dataset.strings(keyword));
    }
  });
});
