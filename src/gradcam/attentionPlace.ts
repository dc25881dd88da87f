import type { Point } from '../dicom/index.js';
import type { AttentionPlace, AttentionRegion } from '../findings/index.js';
import type { BreastMask } from '../image/index.js';

/** So near to the image's border, as a fraction of its longer side, a region counts as touching it. */
const BORDER = 0.01;
/** At least so much of a region must be breast. */
const MOSTLY = 0.5;

/**
 * Where on an image a region lies. A network's maps are least to be trusted at the border, where it sees padding in
 * place of tissue; in a corner that is as good as always the reason. Where no breast could be told from its background
 * (`BreastMask.found`), nothing counts as outside of it.
 */
export function attentionPlace(
  { peak, outline }: Pick<AttentionRegion, 'peak' | 'outline'>,
  image: { rows: number; columns: number },
  breast: BreastMask,
): AttentionPlace {
  if (breast.found && shareWithin(outline, peak, breast) < MOSTLY) return 'outside-breast';
  const near = BORDER * Math.max(image.rows, image.columns);
  const xs = outline.map(({ x }) => x);
  const ys = outline.map(({ y }) => y);
  const across = Math.min(...xs) <= near || Math.max(...xs) >= image.columns - near;
  const along = Math.min(...ys) <= near || Math.max(...ys) >= image.rows - near;
  if (across && along) return 'image-corner';
  return across || along ? 'image-border' : 'breast';
}

/** How much of an outline's area is breast, 0 to 1; of one that is smaller than the mask's blocks, its peak. */
function shareWithin(outline: readonly Point[], peak: Point, breast: BreastMask): number {
  const { rows, columns, block, pixels } = breast;
  const at = (column: number, row: number) =>
    pixels[Math.min(rows - 1, row) * columns + Math.min(columns - 1, column)]!;
  const place = (value: number) => Math.max(0, Math.floor(value / block));
  const [xs, ys] = [outline.map(({ x }) => x), outline.map(({ y }) => y)];
  let [inside, all] = [0, 0];
  for (let row = place(Math.min(...ys)); row <= place(Math.max(...ys)); row++)
    for (let column = place(Math.min(...xs)); column <= place(Math.max(...xs)); column++) {
      if (!encloses(outline, { x: (column + 0.5) * block, y: (row + 0.5) * block })) continue;
      all++;
      inside += at(column, row);
    }
  return all === 0 ? at(place(peak.x), place(peak.y)) : inside / all;
}

function encloses(outline: readonly Point[], { x, y }: Point): boolean {
  let within = false;
  let from = outline.at(-1)!;
  for (const to of outline) {
    if (from.y > y !== to.y > y && x < ((from.x - to.x) * (y - to.y)) / (from.y - to.y) + to.x)
      within = !within;
    from = to;
  }
  return within;
}
