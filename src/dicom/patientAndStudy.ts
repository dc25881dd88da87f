import type { Dataset } from './dataset.js';
import { offsetMinutes } from './dateTime.js';
import type { DicomJson } from './dicomJson.js';
import { attributeOf } from './dictionary.js';
import { evenLength, valueFromJson } from './jsonValue.js';
import { copySequence } from './sequenceCopy.js';
import type { RawAttribute } from './source.js';

/** Type 2 of the Patient and General Study modules (PS3.3 C.7.1.1, C.7.2.1): empty where the source has none. */
const REQUIRED = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'StudyInstanceUID',
  'StudyDate',
  'StudyTime',
  'ReferringPhysicianName',
  'StudyID',
  'AccessionNumber',
];

/** Type 3 of these and of Patient Study (C.7.2.2), and what dates and times of the instance are in (C.12.1). */
const OPTIONAL = [
  'SpecificCharacterSet',
  'TimezoneOffsetFromUTC',
  'IssuerOfPatientID',
  'TypeOfPatientID',
  'PatientBirthTime',
  'OtherPatientIDs',
  'OtherPatientNames',
  'EthnicGroup',
  'PatientComments',
  'QualityControlSubject',
  'StudyDescription',
  'PhysiciansOfRecord',
  'NameOfPhysiciansReadingStudy',
  'AdmittingDiagnosesDescription',
  'PatientAge',
  'PatientSize',
  'PatientWeight',
  'PatientSexNeutered',
  'MedicalAlerts',
  'Allergies',
  'SmokingStatus',
  'PregnancyStatus',
  'PatientState',
  'Occupation',
  'AdditionalPatientHistory',
  'AdmissionID',
  'ServiceEpisodeID',
  'ServiceEpisodeDescription',
  // Clinical Trial Subject and Study (C.7.1.3, C.7.2.3)
  'ClinicalTrialSponsorName',
  'ClinicalTrialProtocolID',
  'ClinicalTrialProtocolName',
  'ClinicalTrialSiteID',
  'ClinicalTrialSiteName',
  'ClinicalTrialSubjectID',
  'ClinicalTrialSubjectReadingID',
  'ClinicalTrialProtocolEthicsCommitteeName',
  'ClinicalTrialProtocolEthicsCommitteeApprovalNumber',
  'ClinicalTrialTimePointID',
  'ClinicalTrialTimePointDescription',
  'LongitudinalTemporalOffsetFromEvent',
  'LongitudinalTemporalEventType',
];

/** Sequences of the same modules. */
const SEQUENCES = [
  'IssuerOfPatientIDQualifiersSequence',
  'OtherPatientIDsSequence',
  'ReferencedStudySequence',
  'ProcedureCodeSequence',
  'IssuerOfAccessionNumberSequence',
  'ReferringPhysicianIdentificationSequence',
  'ConsultingPhysicianIdentificationSequence',
  'PhysiciansOfRecordIdentificationSequence',
  'PhysiciansReadingStudyIdentificationSequence',
  'RequestingServiceCodeSequence',
  'ReasonForPerformedProcedureCodeSequence',
  'AdmittingDiagnosesCodeSequence',
  'IssuerOfAdmissionIDSequence',
  'IssuerOfServiceEpisodeIDSequence',
  'DeidentificationMethodCodeSequence',
  'ConsentForClinicalTrialUseSequence',
];

/** An LT of full length; longer values come from broken or hostile files only. */
const MAX_BYTES = 10240;

/**
 * What a result shares with its source: the Patient, General Study, Patient Study and Clinical Trial modules, byte for
 * byte, with the character set and the time zone that they are in.
 *
 * Patient Identity Removed goes along only with the method that it requires; a time zone only where it is one.
 */
export function registerPatientAndStudy(dataset: Dataset): RawAttribute[] {
  const copied = OPTIONAL.flatMap((keyword) => copy(dataset, keyword) ?? []);
  for (const keyword of SEQUENCES) {
    const sequence = copySequence(dataset, keyword);
    if (sequence !== undefined) copied.push(sequence);
  }
  for (const keyword of REQUIRED) {
    const { tag, vr } = attributeOf(keyword);
    copied.push(copy(dataset, keyword) ?? { tag, vr, bytes: new Uint8Array(0) });
  }
  const method = copy(dataset, 'DeidentificationMethod');
  const removed = copy(dataset, 'PatientIdentityRemoved');
  const methods = dataset.items('DeidentificationMethodCodeSequence').length > 0;
  if (removed !== undefined && (method !== undefined || methods))
    copied.push(removed, ...(method ? [method] : []));
  return copied.sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

/**
 * The same from an archive's description of an instance (DICOM JSON, PS3.18 Annex F), for instances that cannot be had
 * whole or are too large to be fetched for it. The text comes in Unicode there, so it is written in UTF-8.
 */
export function patientAndStudyFromJson(json: DicomJson): RawAttribute[] {
  const described = [...OPTIONAL, ...REQUIRED]
    .filter((keyword) => keyword !== 'SpecificCharacterSet')
    .flatMap((keyword) => {
      const { tag, vr } = attributeOf(keyword);
      const bytes = valueFromJson(json, keyword);
      const isTaken = bytes.length > 0 && bytes.length <= MAX_BYTES;
      if (!isTaken && !REQUIRED.includes(keyword)) return [];
      return { tag, vr, bytes: isTaken ? evenLength(bytes, vr) : new Uint8Array(0) };
    });
  const { tag, vr } = attributeOf('SpecificCharacterSet');
  const utf8 = { tag, vr, bytes: evenLength(Buffer.from('ISO_IR 192', 'latin1'), vr) };
  return [utf8, ...described].sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

/** Own memory, so that the copy does not keep a file of 20 MB alive. */
function copy(dataset: Dataset, keyword: string): RawAttribute | undefined {
  const raw = dataset.raw(keyword);
  if (raw === undefined || raw.bytes.length > MAX_BYTES) return undefined;
  if (keyword === 'TimezoneOffsetFromUTC' && offsetMinutes(dataset.string(keyword) ?? '') === undefined)
    return undefined;
  // The dictionary's VR, whatever the source called it: these are all fixed.
  return { tag: raw.tag, vr: attributeOf(keyword).vr, bytes: new Uint8Array(raw.bytes) };
}
