import { setImmediate as nextTurn } from 'node:timers/promises';
import { type StudyIdentity, standardView } from '../dicom/index.js';
import { heatMapTrust, notExcluded, probabilityConcept, probabilityName } from '../findings/index.js';
import type { ReportInput, SecondaryCaptureReference } from '../sr/index.js';
import type { ExplainedImage } from './explanation.js';
import type { ReportOutput } from './outputRow.js';
import { type ExamSettings, type PictureInUse, picturesInUse } from './outputSettings.js';
import { REPORTS, type ReportKind } from './outputs.js';
import { pictureSeriesNumbers } from './seriesNumbers.js';
import type { ExamObject, Preview } from './types.js';
import type { ExamWork } from './workbench.js';

/** Where nothing is drawn only a small display image is kept. */
const DISPLAY_UNUSED = 64;

/** Long edge in pixels of the images that pictures are drawn from: as the most demanding kind needs it. */
export function displayLongEdge(settings: ExamSettings): number {
  const needed = picturesInUse(settings).map(({ row, setting }) => row.displayLongEdge(setting));
  return Math.max(DISPLAY_UNUSED, ...needed);
}

/** What was drawn about an exam. */
export interface ExamPictures {
  objects: ExamObject[];
  previews: Preview[];
  /** What reports refer to. */
  illustrations: SecondaryCaptureReference[];
}

/** The pictures of every kind that is switched on. */
export async function drawPictures(explained: ExplainedImage[], work: ExamWork): Promise<ExamPictures> {
  const numbers = pictureSeriesNumbers(explained.map(({ finding }) => finding.source));
  const pictures: ExamPictures[] = [];
  for (const inUse of picturesInUse(work.bench.settings))
    pictures.push(await drawKind({ ...inUse, seriesNumber: numbers[inUse.kind] }, explained, work));
  return {
    objects: pictures.flatMap(({ objects }) => objects),
    previews: pictures.flatMap(({ previews }) => previews),
    illustrations: pictures.flatMap(({ illustrations }) => illustrations),
  };
}

async function drawKind(
  { kind, row, setting, seriesNumber }: PictureInUse & { seriesNumber: number },
  explained: ExplainedImage[],
  { bench, context, names, algorithm, views, unanswered, nameOf, earlier }: ExamWork,
): Promise<ExamPictures> {
  const { sopClassUID } = row;
  const drawn = await row.draw(explained, {
    setting,
    bundle: bench.bundle,
    explain: bench.settings.explain,
    views,
    unanswered,
    nameOf,
    earlier,
    overlays: bench.overlays,
    algorithm,
    createdAt: context.createdAt,
    seriesNumber,
    edition: context.edition,
    uids: (sourceInstanceUID) => names.picture(kind, sourceInstanceUID),
    previewWanted: context.previews === true,
  });
  const { studyInstanceUID } = explained[0]!.finding.source;
  return {
    objects: drawn.map(({ uids, source, name, bytes }) => ({
      kind,
      studyInstanceUID,
      ...uids,
      sopClassUID,
      name,
      view: source && standardView(source),
      bytes,
    })),
    previews: drawn.flatMap(({ uids, name, preview }) =>
      preview === undefined ? [] : { name, sopInstanceUID: uids.sopInstanceUID, image: preview },
    ),
    illustrations: drawn.flatMap(({ uids, source }) =>
      row.illustrates && source ? { ...uids, sopClassUID, sourceInstanceUID: source.sopInstanceUID } : [],
    ),
  };
}

/** What reports are about; without findings they say why there is no answer. */
export type ReportSubject = Pick<
  ReportInput,
  'findings' | 'analysed' | 'leftOut' | 'reason' | 'secondaryCaptures'
> & { study: StudyIdentity };

/** The reports of every kind that is switched on and can tell of the exam, in the settings' order. */
export async function writeReports(subject: ReportSubject, work: ExamWork): Promise<ExamObject[]> {
  const objects: ExamObject[] = [];
  for (const kind of work.bench.settings.reports) {
    if (subject.findings === undefined && !REPORTS[kind].canTell(subject.leftOut)) continue;
    objects.push(writeReport(kind, subject, work));
    // A report takes some milliseconds: the event loop turns between them.
    await nextTurn();
  }
  return objects;
}

function writeReport(kind: ReportKind, subject: ReportSubject, work: ExamWork): ExamObject {
  const { bundle, settings } = work.bench;
  const { sopClassUID, seriesNumber, build }: ReportOutput = REPORTS[kind];
  const names = work.names.report(kind);
  const bytes = build({
    ...subject,
    algorithm: work.algorithm,
    purpose: bundle.purpose,
    limits: bundle.limits,
    termsOfUse: bundle.termsOfUse,
    caution: bundle.caution,
    operatingPoint: bundle.operatingPoint,
    probability: probabilityConcept(bundle),
    probabilityName: probabilityName(bundle),
    notExcluded: notExcluded(bundle),
    marks: bundle.marks ?? 'attention',
    heatMaps: heatMapTrust(bundle, settings.explain.failedHeatMaps),
    uids: { ...names, trackingUid: work.names.trackingUid },
    createdAt: work.context.createdAt,
    seriesNumber,
    edition: work.context.edition,
    predecessors: work.context.predecessors.filter((earlier) => earlier.sopClassUID === sopClassUID),
  });
  const { studyInstanceUID } = subject.study;
  return { kind, studyInstanceUID, ...names, sopClassUID, name: kind, bytes };
}
