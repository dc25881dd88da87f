import { standardView } from '../dicom/index.js';
import {
  absentViewsText,
  attentionCaution,
  heatMapCaution,
  heatMapTrust,
  notExcluded,
  probabilityName,
} from '../findings/index.js';
import type { HeatMap } from '../gradcam/index.js';
import { type ExplainedImage, methodName } from './explanation.js';
import type { DrawnObject, PictureWork } from './outputRow.js';

const STANDARD_VIEWS = 4;
/** Its contrast is not the maker's. */
const RAW = 'from raw values (For Processing)';
/** As the reports say it of the breast. */
const IMPLANT = 'the image states an implant: what it hides was not analysed';
/** Without the day: no date stands in a picture's pixels. */
const EARLIER = 'older image: taken again on a later day';

/** One Secondary Capture per image, each a series of its own, drawn in the overlay pool. */
export function drawCaptures(
  explained: ExplainedImage[],
  work: PictureWork<{ longEdge: number }>,
): Promise<DrawnObject[]> {
  const { algorithm, createdAt, overlays, edition, seriesNumber } = work;
  const sources = explained.map(({ finding }) => finding.source);
  const examIsWhole = new Set(sources.map(standardView)).size === STANDARD_VIEWS;
  return Promise.all(
    explained.filter(hasHeatMap).map(async (one, index) => {
      const { source } = one.finding;
      const uids = work.uids(source.sopInstanceUID);
      const { bytes, rgb } = await overlays.capture(
        overlayOf(one, work),
        {
          source,
          which: work.nameOf(source).which,
          algorithm,
          uids,
          createdAt,
          seriesNumber: seriesNumber + index,
          examIsWhole,
          edition,
        },
        { preview: work.previewWanted },
      );
      return { uids, source, name: `${standardView(source)}-${index + 1}`, bytes, preview: rgb };
    }),
  );
}

export type WithHeatMap = ExplainedImage & { heatMap: HeatMap };

/** A picture without its heat map would be one more mammogram, smaller than the one that is there. */
export function hasHeatMap(one: ExplainedImage): one is WithHeatMap {
  return one.heatMap !== undefined;
}

export function overlayOf(
  { image, heatMap, finding }: WithHeatMap,
  { bundle, explain, views, unanswered, nameOf, earlier }: Omit<PictureWork<unknown>, 'setting'>,
  others: readonly string[] = [],
) {
  const { which, told } = nameOf(finding.source);
  const whichItIs = which !== undefined && told !== '' ? `(${which}): ${told}` : undefined;
  const implant = finding.source.implant === true ? IMPLANT : undefined;
  const raw = finding.source.intent === 'processing' ? RAW : undefined;
  const caution = heatMapCaution(heatMapTrust(bundle, explain.failedHeatMaps));
  const place = attentionCaution(finding);
  const warnings = [earlier.has(finding.source.sopInstanceUID) ? EARLIER : undefined, unanswered];
  const notes = [whichItIs, ...others, absentViewsText(views), raw, implant, caution, place];
  return {
    display: image.display,
    heatMap,
    geometry: image.geometry,
    region: finding.region,
    caption: {
      laterality: finding.source.laterality,
      view: finding.source.view,
      which,
      probability: finding.probability,
      operatingPoint: bundle.operatingPoint,
      probabilityName: probabilityName(bundle),
      notExcluded: notExcluded(bundle),
      caution: bundle.caution,
      modelName: bundle.name,
      modelVersion: bundle.version,
      method: methodName(bundle, explain),
      warnings: warnings.flatMap((warning) => warning ?? []),
      notes: notes.flatMap((note) => note ?? []),
    },
  };
}
