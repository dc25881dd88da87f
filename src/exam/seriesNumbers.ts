import type { SourceInstance } from '../dicom/index.js';
import { PICTURES, type PictureKind } from './outputs.js';

/** An integer string (IS) ends here. */
const HIGHEST_SERIES_NUMBER = 2 ** 31 - 1;

/**
 * The first series number of each kind of picture about one exam; the image that comes next has the next one.
 *
 * Those of the table, all of them moved behind the mammograms' numbers where these are higher: viewers that find two
 * series equally fit take the one of the lower number, and that must be the mammogram's. No two series have one number,
 * however many images there are.
 *
 * @param sources the images that were analysed, at least one
 */
export function pictureSeriesNumbers(
  sources: readonly Pick<SourceInstance, 'seriesNumber'>[],
): Record<PictureKind, number> {
  const rows = (Object.keys(PICTURES) as PictureKind[])
    .map((kind) => ({ kind, usual: PICTURES[kind].seriesNumber }))
    .sort((a, b) => a.usual - b.usual);
  const first = rows[0]!.usual;
  const needed = rows.at(-1)!.usual - first + rows.length * sources.length;
  const highest = Math.max(...sources.map(({ seriesNumber }) => seriesNumber ?? 0));
  const moved = highest < HIGHEST_SERIES_NUMBER - needed ? Math.max(0, highest + 1 - first) : 0;
  const numbers: Partial<Record<PictureKind, number>> = {};
  let next = 0;
  for (const { kind, usual } of rows) {
    numbers[kind] = Math.max(usual + moved, next);
    next = numbers[kind] + sources.length;
  }
  return numbers as Record<PictureKind, number>;
}
