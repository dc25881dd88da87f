import { standardView } from '../dicom/index.js';
import { attentionCaution, heatMapCaution, heatMapTrust, notExcluded } from '../findings/index.js';
import { presentationState } from '../pictures/index.js';
import type { ExplainedImage } from './explanation.js';
import type { DrawnObject, PictureWork } from './outputRow.js';

/**
 * A presentation state for each positive image, or for every image. A positive image of which no place is marked has
 * one, too: beside marks on the others, its bare mammogram would read as negative.
 */
export async function markImages(
  explained: ExplainedImage[],
  {
    setting,
    bundle,
    explain,
    algorithm,
    createdAt,
    seriesNumber,
    edition,
    uids,
    nameOf,
  }: PictureWork<'positive' | 'all'>,
): Promise<DrawnObject[]> {
  const trust = heatMapTrust(bundle, explain.failedHeatMaps);
  const caution = trust === 'failed' || trust === 'withheld' ? heatMapCaution(trust) : undefined;
  return explained.flatMap(({ finding }, index) => {
    const { source, positive, region } = finding;
    if (setting === 'positive' && !positive) return [];
    const names = uids(source.sopInstanceUID);
    const bytes = presentationState({
      source,
      which: nameOf(source).which,
      outline: region?.outline,
      positive,
      notExcluded: notExcluded(bundle),
      cautions: [positive ? attentionCaution(finding) : undefined, caution].flatMap((said) => said ?? []),
      algorithm,
      uids: names,
      createdAt,
      seriesNumber: seriesNumber + index,
      edition,
    });
    return {
      uids: names,
      source,
      name: `${standardView(source)}-${index + 1}-marks`,
      bytes,
      preview: undefined,
    };
  });
}
