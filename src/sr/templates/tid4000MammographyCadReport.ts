import { MAMMOGRAPHY_CAD_REPORT } from '../../dicom/index.js';
import { type ContainerItem, container, contains } from '../content/index.js';
import { unansweredMammograms } from '../coverage.js';
import { ReportError } from '../errors.js';
import type { ReportInput } from '../input.js';
import type { LibraryImage } from './imageDescriptors.js';
import { referenceTo } from './measurementGroup.js';
import { tid1204Language } from './tid1204Language.js';
import { tid4001OverallImpression } from './tid4001OverallImpression.js';
import { tid4015SummaryOfDetections, tid4016SummaryOfAnalyses } from './tid4015CadSummaries.js';
import { cadImageLibrary } from './tid4020CadImageLibrary.js';

/**
 * TID 4000 Mammography CAD Document Root (PS3.16): not extensible, and the order of its rows counts.
 *
 * @throws ReportError `report-without-images` when the exam has no mammogram at all: the template's Image Library
 * must not be empty.
 */
export function tid4000MammographyCadReport(input: ReportInput): ContainerItem {
  const entries = libraryImages(input);
  if (entries.length === 0) {
    throw new ReportError(
      'report-without-images',
      'A Mammography CAD report needs at least one mammogram, and the exam has none.',
      { remedy: 'Write the TID 1500 report for such exams.' },
    );
  }
  const { library, images } = cadImageLibrary(entries);
  return container(
    MAMMOGRAPHY_CAD_REPORT,
    [
      tid1204Language(),
      contains(library),
      contains(tid4001OverallImpression(input, images)),
      contains(tid4015SummaryOfDetections(input, images)),
      contains(tid4016SummaryOfAnalyses(input, images)),
    ],
    '4000',
  );
}

function libraryImages(input: ReportInput): LibraryImage[] {
  return [
    ...input.analysed.map((source) => ({ instance: referenceTo(source), source })),
    ...unansweredMammograms(input).flatMap(({ sopClassUID, sopInstanceUID, source }) =>
      sopClassUID === '' || sopInstanceUID === ''
        ? []
        : [{ instance: { sopClassUID, sopInstanceUID }, source }],
    ),
  ];
}
