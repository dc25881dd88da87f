import { expect } from 'chai';
import {
  type Dataset,
  madeAt,
  readPart10,
  recogniseMammogram,
  type SourceInstance,
  writePart10,
} from '../../src/dicom/index.js';
import { type HandMade, part10, type Syntax } from './byteStreams.js';
import { codeItem, mammogram } from './mammograms.js';

const text = (tag: string, vr: string, value: string): HandMade => ({ tag, vr, value });
const items = (tag: string, ...value: HandMade[][]): HandMade => ({ tag, vr: 'SQ', value });

/** A second ID of the patient with its issuer, a request with its code, a trial; in Latin 1. */
const CARRIED: HandMade[] = [
  items('0010,1002', [text('0010,0020', 'LO', 'Z\xfcrich-9'), text('0010,0021', 'LO', 'Canton')]),
  items('0008,1032', codeItem('24623-3', 'LN', 'MG breast')),
  items('0008,0051', [text('0040,0031', 'UT', 'RIS')]),
  text('0012,0010', 'LO', 'Sponsor'),
  text('0012,0020', 'LO', 'Protocol 7'),
  text('0012,0040', 'LO', 'Subject 3'),
  items('0040,0275', [
    text('0040,1001', 'SH', 'RP-5'),
    text('0032,1060', 'LO', 'Mammographie beidseits, Verd\xe4chtiges'),
    items('0032,1064', codeItem('MG2', '99RIS', 'Both breasts', [codeItem('X', '99RIS', 'nested')])),
    text('0009,1001', 'LO', 'private'),
  ]),
];

function sourceOf(changes: HandMade[], syntax: Syntax = 'explicit'): SourceInstance {
  const answer = recogniseMammogram(readPart10(part10(mammogram(changes), syntax)));
  if (answer.kind !== 'mammogram') throw new Error(answer.leftOut.reason);
  return answer.source;
}

/** As a result has it. */
function written(source: SourceInstance): Dataset {
  const { patientAndStudy, requestAttributes, referencedRequests } = source;
  const raw = [...patientAndStudy, requestAttributes, referencedRequests].flatMap((one) => one ?? []);
  const own = { SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.34', SOPInstanceUID: '2.25.9', Modality: 'SR' };
  return readPart10(writePart10(own, { raw })).dataset;
}

describe('What a result carries over from its source', () => {
  for (const syntax of ['explicit', 'implicit', 'big-endian'] as const)
    it(`has other patient IDs, procedure, issuer, trial and request of an image in ${syntax}`, () => {
      const result = written(sourceOf(CARRIED, syntax));
      const [other] = result.items('OtherPatientIDsSequence');
      expect(other!.string('PatientID')).to.equal('Zürich-9');
      expect(other!.string('IssuerOfPatientID')).to.equal('Canton');
      expect(result.code('ProcedureCodeSequence')?.value).to.equal('24623-3');
      expect(result.items('IssuerOfAccessionNumberSequence')[0]!.string('LocalNamespaceEntityID')).to.equal(
        'RIS',
      );
      expect(result.string('ClinicalTrialSubjectID')).to.equal('Subject 3');
      const [request] = result.items('RequestAttributesSequence');
      expect(request!.string('RequestedProcedureID')).to.equal('RP-5');
      expect(request!.string('RequestedProcedureDescription')).to.equal(
        'Mammographie beidseits, Verdächtiges',
      );
      const [code] = request!.items('RequestedProcedureCodeSequence');
      expect(code!.asCode()?.meaning).to.equal('Both breasts');
    });

  it('references the request with the study it belongs to, and says nothing where nothing is known', () => {
    const [request, ...more] = written(sourceOf(CARRIED)).items('ReferencedRequestSequence');
    expect(more).to.deep.equal([]);
    expect(request!.string('StudyInstanceUID')).to.equal('2.25.2');
    expect(request!.string('RequestedProcedureID')).to.equal('RP-5');
    expect(request!.string('AccessionNumber')).to.equal('A1');
    expect(request!.items('IssuerOfAccessionNumberSequence')).to.have.lengthOf(1);
    for (const keyword of ['PlacerOrderNumberImagingServiceRequest', 'ReferencedStudySequence'])
      expect([request!.has(keyword), request!.string(keyword)]).to.deep.equal([true, undefined]);
  });

  it("takes the study's accession number for the request where the image names none", () => {
    const result = written(sourceOf([]));
    expect(result.has('RequestAttributesSequence')).to.equal(false);
    expect(result.items('ReferencedRequestSequence')[0]!.string('AccessionNumber')).to.equal('A1');
  });

  it('references no request where there is none', () => {
    const source = sourceOf([
      text('0008,0050', 'SH', ''),
      items('0040,0275', [text('0040,0009', 'SH', 'S')]),
    ]);
    expect(source.referencedRequests).to.equal(undefined);
  });

  it('leaves out a sequence that is far too long', () => {
    const many = Array.from({ length: 2000 }, () => [text('0010,0020', 'LO', 'x'.repeat(64))]);
    expect(written(sourceOf([items('0010,1002', ...many)])).has('OtherPatientIDsSequence')).to.equal(false);
  });

  it("tells when it was made in the source's time zone", () => {
    const at = new Date(Date.UTC(2026, 0, 31, 22, 30, 5));
    const zone = (offset: string) => madeAt(at, sourceOf([text('0008,0201', 'SH', offset)]));
    expect(zone('+0900')).to.deep.equal({ date: '20260201', time: '073005', offset: '+0900' });
    expect(zone('-0330')).to.deep.equal({ date: '20260131', time: '190005', offset: '-0330' });
    const own = madeAt(at, sourceOf([]));
    expect(own.offset).to.match(/^[+-]\d{4}$/);
    for (const nonsense of ['UTC', '+9', '+2500', '']) expect(zone(nonsense)).to.deep.equal(own);
  });

  it('has no time zone that is none', () => {
    const result = written(sourceOf([text('0008,0201', 'SH', 'Tokyo')]));
    expect(result.has('TimezoneOffsetFromUTC')).to.equal(false);
  });
});
