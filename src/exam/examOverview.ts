import { setImmediate as nextTurn } from 'node:timers/promises';
import { type StandardView, standardView } from '../dicom/index.js';
import { percent, viewName } from '../findings/index.js';
import { drawOverview, type OverviewTiles, overviewCapture } from '../pictures/index.js';
import { hasHeatMap, overlayOf, type WithHeatMap } from './captures.js';
import type { ExplainedImage } from './explanation.js';
import type { DrawnObject, PictureWork } from './outputRow.js';

const VIEWS: StandardView[] = ['RCC', 'LCC', 'RMLO', 'LMLO'];

/** One picture of the whole exam, its four views hung as radiologists hang them. */
export async function drawExamOverview(
  explained: ExplainedImage[],
  work: PictureWork<'on'>,
): Promise<DrawnObject[]> {
  const shown = explained.filter(hasHeatMap);
  if (shown.length === 0) return [];
  const tiles: Partial<OverviewTiles> = {};
  for (const view of VIEWS) {
    const [one, ...others] = inOrder(
      shown.filter(({ finding }) => standardView(finding.source) === view),
      work,
    );
    tiles[view] = one
      ? await work.overlays.render(
          overlayOf(
            one,
            work,
            others.map((other) => notShown(other, work)),
          ),
        )
      : absence(view, work);
  }
  const rgb = drawOverview(tiles as OverviewTiles);
  await nextTurn();
  const uids = work.uids();
  const sources = shown.map(({ finding }) => finding.source);
  const bytes = overviewCapture({
    sources,
    rgb,
    algorithm: work.algorithm,
    uids,
    createdAt: work.createdAt,
    seriesNumber: work.seriesNumber,
    edition: work.edition,
    examIsWhole: new Set(sources.map(standardView)).size === VIEWS.length,
  });
  return [
    { uids, source: undefined, name: 'overview', bytes, preview: work.previewWanted ? rgb : undefined },
  ];
}

/**
 * Of several images of a view the one with the highest answer is shown: none is passed over for a lower one. One that
 * was taken again on a later day comes after those that count.
 */
function inOrder(images: WithHeatMap[], { earlier }: PictureWork<'on'>): WithHeatMap[] {
  const isEarlier = ({ finding }: WithHeatMap) => Number(earlier.has(finding.source.sopInstanceUID));
  return images.toSorted(
    (a, b) => isEarlier(a) - isEarlier(b) || b.finding.probability - a.finding.probability,
  );
}

/** `not shown here: R CC (1), 38 %`: what the picture passes over is named in it. */
function notShown({ finding }: WithHeatMap, { bundle, nameOf }: PictureWork<'on'>): string {
  const { source, probability } = finding;
  return `not shown here: ${nameOf(source).name}, ${percent(probability, bundle.operatingPoint, 0)} %`;
}

function absence(view: StandardView, { views }: Pick<PictureWork<'on'>, 'views'>): string {
  if (!views.absent.includes(view)) return `${viewName(view)} not analysed`;
  return `${viewName(view)} not ${views.perhaps ? 'recognised ' : ''}in the study`;
}
