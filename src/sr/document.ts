import {
  type Attributes,
  codeItem,
  codingSchemeIdentification,
  contributingEquipment,
  equipment,
  MAMMOGRAPHY,
  madeAt,
  ownMark,
  PROCESSING_ALGORITHM,
  type SOPClassUID,
  writePart10,
} from '../dicom/index.js';
import { type ContainerItem, encodeTree, schemesOf } from './content/index.js';
import { ReportError } from './errors.js';
import { evidence, referencedSopInstances } from './evidence.js';
import type { ReportInput } from './input.js';

/** What tells the kinds of document apart, besides their tree. */
export interface DocumentKind {
  sopClassUID: SOPClassUID;
  /** Series Description (LO, 64 characters), read in the viewer's list. */
  seriesDescription: string;
}

/**
 * An SR document (PS3.3 A.35) around a content tree, as a Part 10 file in Explicit VR Little Endian.
 *
 * Decisions:
 * - CompletionFlag COMPLETE: the software has nothing to add. UNVERIFIED and PRELIMINARY: no person stands for it,
 *   and it is not meant as the definitive word on the exam (PS3.3 C.17.2).
 * - Times in the source's time zone where it says one, else in this process's (`madeAt`).
 * - A request is referenced where the source names one (`registerRequests`).
 * - Patient and study attributes go in byte for byte with their character set; all else is printable ASCII.
 *
 * @throws ReportError `report-without-study` when neither `study` nor any mammogram says which study it joins
 * @throws DicomWriteError when a text is not printable ASCII or does not fit its attribute
 */
export function srDocument(kind: DocumentKind, tree: ContainerItem, input: ReportInput): Uint8Array {
  const { algorithm, uids } = input;
  const study = studyOf(input);
  const made = madeAt(input.createdAt, study);
  const { date, time } = made;
  return writePart10(
    {
      SOPClassUID: kind.sopClassUID,
      SOPInstanceUID: uids.sopInstanceUID,
      ...ownMark,
      InstanceCreationDate: date,
      InstanceCreationTime: time,
      TimezoneOffsetFromUTC: made.offset,
      CodingSchemeIdentificationSequence: codingSchemeIdentification(
        [PROCESSING_ALGORITHM.scheme, ...schemesOf(tree)],
        algorithm.manufacturer,
      ),

      StudyInstanceUID: study.studyInstanceUID,
      Modality: 'SR',
      SeriesInstanceUID: uids.seriesInstanceUID,
      SeriesNumber: input.seriesNumber,
      SeriesDescription: kind.seriesDescription,
      SeriesDate: date,
      SeriesTime: time,
      ReferencedPerformedProcedureStepSequence: [],

      ...equipment(algorithm),
      ContributingEquipmentSequence: contributingEquipment(algorithm, made),

      InstanceNumber: 1,
      CompletionFlag: 'COMPLETE',
      VerificationFlag: 'UNVERIFIED',
      PreliminaryFlag: 'PRELIMINARY',
      ContentDate: date,
      ContentTime: time,
      PerformedProcedureCodeSequence: [codeItem(MAMMOGRAPHY)],
      CurrentRequestedProcedureEvidenceSequence: presentOnly(evidence(study.studyInstanceUID, input)),
      PredecessorDocumentsSequence: presentOnly(referencedSopInstances(input.predecessors)),

      ...encodeTree(tree),
    },
    { raw: [...study.patientAndStudy, ...(study.referencedRequests ? [study.referencedRequests] : [])] },
  );
}

function studyOf({ study, analysed, leftOut }: ReportInput): NonNullable<ReportInput['study']> {
  const found = study ?? analysed[0] ?? leftOut.find((left) => left.source !== undefined)?.source;
  if (found === undefined) {
    throw new ReportError(
      'report-without-study',
      'Nothing says which study and patient the report is about.',
      {
        remedy: 'Report this as a fault of Mamori.',
      },
    );
  }
  return found;
}

/** Sequences of Type 1C are absent where there is nothing to list. */
function presentOnly(items: Attributes[]): Attributes[] | undefined {
  return items.length > 0 ? items : undefined;
}
