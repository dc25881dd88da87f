import { standardView } from '../dicom/index.js';
import { type ExplainedImage, methodName } from './explanation.js';
import type { DrawnObject, PictureWork } from './outputKind.js';

/** One Secondary Capture per image, drawn in the overlay pool. */
export function drawCaptures(
  explained: ExplainedImage[],
  work: PictureWork<{ longEdge: number }>,
): Promise<DrawnObject[]> {
  const { algorithm, createdAt, seriesNumber, overlays } = work;
  return Promise.all(
    explained.map(async (one, index) => {
      const { source } = one.finding;
      const uids = work.uids(source.sopInstanceUID);
      const { bytes, rgb } = await overlays.capture(
        overlayOf(one, work),
        { source, algorithm, uids, createdAt, seriesNumber, instanceNumber: index + 1 },
        { preview: work.previewWanted },
      );
      return { uids, source, name: `${standardView(source)}-${index + 1}`, bytes, preview: rgb };
    }),
  );
}

function overlayOf(
  { image, heatMap, finding }: ExplainedImage,
  { bundle, explain }: Pick<PictureWork<unknown>, 'bundle' | 'explain'>,
) {
  return {
    display: image.display,
    heatMap,
    geometry: image.geometry,
    region: finding.region,
    caption: {
      laterality: finding.source.laterality,
      view: finding.source.view,
      probability: finding.probability,
      operatingPoint: bundle.operatingPoint,
      positiveClass: bundle.classes[1],
      modelName: bundle.name,
      modelVersion: bundle.version,
      method: methodName(bundle, explain),
    },
  };
}
