import { standardView } from '../dicom/index.js';
import { type ExplainedImage, methodName } from './explanation.js';
import type { CaptureObject, PictureOutput } from './outputKind.js';
import type { Preview } from './types.js';
import type { ExamWork, Workbench } from './workbench.js';

/** One Secondary Capture per image, drawn in the overlay pool. */
export async function drawCaptures(
  { kind, sopClassUID, seriesNumber }: PictureOutput,
  explained: ExplainedImage[],
  work: ExamWork,
): Promise<{ objects: CaptureObject[]; previews: Preview[] }> {
  const { overlays } = work.bench;
  const drawn = await Promise.all(
    explained.map(async (one, index) => {
      const { source } = one.finding;
      const names = work.names.secondaryCapture(source.sopInstanceUID);
      const { bytes, rgb } = await overlays.capture(
        overlayOf(one, work.bench),
        {
          source,
          algorithm: work.algorithm,
          uids: names,
          createdAt: work.context.createdAt,
          seriesNumber,
          instanceNumber: index + 1,
        },
        { preview: work.context.previews === true },
      );
      const object: CaptureObject = {
        kind,
        studyInstanceUID: source.studyInstanceUID,
        ...names,
        sopClassUID,
        sourceInstanceUID: source.sopInstanceUID,
        bytes,
      };
      const name = `${standardView(source)}-${index + 1}`;
      return { object, preview: rgb && { name, sopInstanceUID: names.sopInstanceUID, image: rgb } };
    }),
  );
  return {
    objects: drawn.map(({ object }) => object),
    previews: drawn.flatMap(({ preview }) => preview ?? []),
  };
}

function overlayOf({ image, heatMap, finding }: ExplainedImage, bench: Workbench) {
  const { bundle, settings } = bench;
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
      method: methodName(bundle, settings.explain),
    },
  };
}
