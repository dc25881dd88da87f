import type { Point } from '../dicom/index.js';
import type { AttentionPlace, AttentionRegion } from '../findings/index.js';
import { type BreastMask, chestWallSide, type Side } from '../image/index.js';

/** So near to the image's border, as a fraction of its longer side, a region counts as touching it. */
const BORDER = 0.01;
/** At least so much of a region must be breast. */
const MOSTLY = 0.5;
/** A corner is breast where a square of this side is, as a fraction of the image's longer side. */
const CORNER = 0.03;

/**
 * Where on an image a region lies. A network's maps are least to be trusted at the border, where it sees padding in
 * place of tissue; in a corner without tissue that is as good as always the reason. The corner of an MLO view at which
 * the axillary tail and the pectoral muscle lie is no such corner: what touches it is at the border. Where no breast
 * could be told from its background (`BreastMask.found`), nothing counts as outside of it, and no corner as tissue.
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
  const touched: Record<Side, boolean> = {
    left: Math.min(...xs) <= near,
    right: Math.max(...xs) >= image.columns - near,
    top: Math.min(...ys) <= near,
    bottom: Math.max(...ys) >= image.rows - near,
  };
  const corners = CORNERS.filter(([across, along]) => touched[across] && touched[along]);
  if (corners.length > 0)
    return corners.some((corner) => isBreast(corner, image, breast)) ? 'image-border' : 'image-corner';
  return Object.values(touched).includes(true) ? 'image-border' : 'breast';
}

type Corner = readonly ['left' | 'right', 'top' | 'bottom'];

const CORNERS: readonly Corner[] = [
  ['left', 'top'],
  ['right', 'top'],
  ['left', 'bottom'],
  ['right', 'bottom'],
];

/** Whether the breast reaches into a corner of the image: at the chest wall only, elsewhere it is something else. */
function isBreast(corner: Corner, image: { rows: number; columns: number }, breast: BreastMask): boolean {
  if (!breast.found || !corner.includes(chestWallSide(breast))) return false;
  const side = CORNER * Math.max(image.rows, image.columns);
  const [left, top] = [
    corner[0] === 'left' ? 0 : image.columns - side,
    corner[1] === 'top' ? 0 : image.rows - side,
  ];
  const square = [
    { x: left, y: top },
    { x: left + side, y: top },
    { x: left + side, y: top + side },
    { x: left, y: top + side },
  ];
  return shareWithin(square, { x: left + side / 2, y: top + side / 2 }, breast) >= MOSTLY;
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
