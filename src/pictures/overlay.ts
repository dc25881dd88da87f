import type { Point } from '../dicom/index.js';
import type { AttentionRegion } from '../findings/index.js';
import { alignToSource, HeatField, type HeatMap, heatStrength } from '../gradcam/index.js';
import type { DisplayImage, InputGeometry } from '../image/index.js';
import type { Caption } from './caption.js';
import { drawBand } from './captionBand.js';
import { colourMap, HEAT_LEVELS } from './colourMap.js';
import type { RgbImage } from './rgbImage.js';

/** Plain data: crosses threads. */
export interface OverlayInput {
  display: DisplayImage;
  heatMap: HeatMap;
  geometry: InputGeometry;
  /** Outlined with a thin line where the answer is positive; the same outline that a report gives. */
  region: AttentionRegion | undefined;
  caption: Caption;
}

/** Room for the caption's longest words on the smallest pictures. */
const NARROWEST = 200;

/**
 * The picture of one result: the mammogram as a radiologist sees it, the heat over it, and a caption under
 * it.
 *
 * Nothing is scaled or moved: pixel (r, c) of the display image is pixel (r, c) of the picture, exactly grey
 * where there is no heat. The caption stands on a band of its own below, so that it hides no tissue; a
 * picture of less than 200 columns gets black columns on the right as well. Colours fade with the answer
 * (`heatStrength`), and the outline is drawn for positive answers only.
 *
 * Deterministic: the same input gives the same bytes on every machine. About 50 ms for a long edge of 2048,
 * so services call it in a worker (`OverlayPool`).
 *
 * @param allocate gives the memory for the pixels, all zero
 */
export function drawOverlay(
  input: OverlayInput,
  allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): RgbImage {
  const { display, caption, heatMap } = input;
  const strength = heatStrength(caption.probability, caption.operatingPoint);
  const flat = !(heatMap.peak > 0);

  const { columns, longEdge } = pictureSize(display);
  const band = drawBand(caption, { flat, strength }, colourMap(), columns, longEdge);
  const rows = display.rows + band.rows;
  const pixels = allocate(rows * columns * 3);
  const picture: RgbImage = {
    rows,
    columns,
    pixels,
    imageArea: { top: 0, rows: display.rows, columns: display.columns },
  };
  copyGrey(picture, display);
  if (!flat) blendHeat(picture, input, strength);
  if (strength === 1 && input.region !== undefined) strokeOutline(picture, input, input.region.outline);
  pixels.set(band.pixels, display.rows * columns * 3);
  return picture;
}

/** How broad the picture of a display image is, and the measure of all that is written on it. */
export function pictureSize({ rows, columns }: DisplayImage): { columns: number; longEdge: number } {
  return { columns: Math.max(NARROWEST, columns), longEdge: Math.max(rows, columns) };
}

/** Into a picture that is black: what is black, as most of a mammogram is, stays as it is. */
function copyGrey(picture: RgbImage, display: DisplayImage): void {
  const { rows, columns } = display;
  const fours =
    picture.columns === columns && isAtWord(display.pixels) && isAtWord(picture.pixels)
      ? Math.floor((rows * columns) / 4)
      : 0;
  copyFours(picture.pixels, display.pixels, fours);
  for (let from = 4 * fours; from < rows * columns; from++) {
    const to = (Math.floor(from / columns) * picture.columns + (from % columns)) * 3;
    picture.pixels.fill(display.pixels[from]!, to, to + 3);
  }
}

/** Four pixels at a time, as one word of grey and three of colour. */
function copyFours(colours: Uint8Array, greys: Uint8Array, fours: number): void {
  const from = new Uint32Array(greys.buffer, greys.byteOffset, fours);
  const to = new Uint32Array(colours.buffer, colours.byteOffset, 3 * fours);
  for (let i = 0, at = 0; i < fours; i++, at += 3) {
    const four = from[i]!;
    if (four === 0) continue;
    const [a, b, c, d] = [four & 255, (four >>> 8) & 255, (four >>> 16) & 255, four >>> 24];
    to[at] = (a * 0x010101) | (b << 24);
    to[at + 1] = (b * 0x0101) | (c << 16) | (c << 24);
    to[at + 2] = c | ((d * 0x010101) << 8);
  }
}

function isAtWord({ byteOffset }: Uint8Array): boolean {
  return byteOffset % 4 === 0;
}

/** Light of the colours over black, as a fraction of their light over white. */
const DARKEST = 0.5;

/**
 * One pass over the part of the picture that the network saw. Colours are mixed in by their opacity and are
 * darker over dark tissue than over bright: so the tissue's own light and shade goes on within them.
 */
function blendHeat(picture: RgbImage, { display, heatMap, geometry }: OverlayInput, strength: number): void {
  const { map, xScale, xOffset, yScale, yOffset } = alignToSource(heatMap, geometry);
  const perColumn = geometry.sourceColumns / display.columns;
  const perRow = geometry.sourceRows / display.rows;
  const { crop } = geometry;
  const [left, xs] = middlesWithin(display.columns, perColumn, crop.left, crop.width);
  const [top, ys] = middlesWithin(display.rows, perRow, crop.top, crop.height);
  const field = new HeatField(
    map,
    xs.map((x) => xScale * x + xOffset),
    ys.map((y) => yScale * y + yOffset),
  );

  const { colours, opacities } = colourMap();
  const premultiplied = Uint16Array.from(colours, (value, i) => value * opacities[Math.floor(i / 3)]!);
  const shade = Uint16Array.from({ length: 256 }, (_, grey) =>
    Math.round(256 * (DARKEST + ((1 - DARKEST) * grey) / 255)),
  );
  const toLevel = strength * (HEAT_LEVELS - 1);
  const { pixels } = picture;
  const heat = new Float32Array(xs.length);
  for (let row = 0; row < ys.length; row++) {
    field.readRow(row, heat);
    let at = ((top + row) * picture.columns + left) * 3;
    for (let x = 0; x < heat.length; x++, at += 3) {
      const value = heat[x]!;
      if (value <= 0) continue;
      const level = (Math.min(value, 1) * toLevel + 0.5) | 0;
      const rest = 256 - opacities[level]!;
      if (rest === 256) continue;
      const light = shade[pixels[at]!]!;
      const grey = pixels[at]! * rest + 128;
      const colour = level * 3;
      pixels[at] = (grey + ((premultiplied[colour]! * light) >> 8)) >> 8;
      pixels[at + 1] = (grey + ((premultiplied[colour + 1]! * light) >> 8)) >> 8;
      pixels[at + 2] = (grey + ((premultiplied[colour + 2]! * light) >> 8)) >> 8;
    }
  }
}

/**
 * The display pixels whose middles lie in start ≤ x < start + length of the source: the first, and all
 * middles.
 */
function middlesWithin(
  count: number,
  perPixel: number,
  start: number,
  length: number,
): [number, Float64Array] {
  const first = Math.max(0, Math.ceil(start / perPixel - 0.5));
  const end = Math.min(count, Math.ceil((start + length) / perPixel - 0.5));
  const middles = Float64Array.from(
    { length: Math.max(0, end - first) },
    (_, i) => (first + i + 0.5) * perPixel,
  );
  return [first, middles];
}

const LINE_OPACITY = 0.75;

/** A thin light line, smooth at its edges; drawn on the mammogram's area only. */
function strokeOutline(
  picture: RgbImage,
  { display, geometry }: OverlayInput,
  outline: readonly Point[],
): void {
  const points = outline.map(({ x, y }) => ({
    x: (x * display.columns) / geometry.sourceColumns,
    y: (y * display.rows) / geometry.sourceRows,
  }));
  const radius = Math.max(0.5, Math.max(display.rows, display.columns) / 2048);
  const reach = radius + 0.5;
  // Pieces share their ends: a pixel takes the strongest coverage of all pieces, not their sum.
  const covered = new Map<number, number>();
  let from = points.at(-1)!;
  for (const to of points) {
    const right = Math.min(display.columns - 1, Math.ceil(Math.max(from.x, to.x) + reach));
    const bottom = Math.min(display.rows - 1, Math.ceil(Math.max(from.y, to.y) + reach));
    for (let y = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach)); y <= bottom; y++) {
      for (let x = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach)); x <= right; x++) {
        const coverage = Math.min(1, reach - distanceToPiece({ x: x + 0.5, y: y + 0.5 }, from, to));
        const at = y * picture.columns + x;
        if (coverage > (covered.get(at) ?? 0)) covered.set(at, coverage);
      }
    }
    from = to;
  }
  for (const [at, coverage] of covered) {
    for (let k = at * 3; k < at * 3 + 3; k++) {
      const under = picture.pixels[k]!;
      picture.pixels[k] = Math.round(under + (255 - under) * coverage * LINE_OPACITY);
    }
  }
}

function distanceToPiece(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  const [ex, ey] = [p.x - a.x - t * dx, p.y - a.y - t * dy];
  return Math.sqrt(ex * ex + ey * ey);
}
