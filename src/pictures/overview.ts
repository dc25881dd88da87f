import type { StandardView } from '../dicom/index.js';
import { OVERVIEW_TITLE } from './caption.js';
import type { RgbImage } from './rgbImage.js';
import { drawText, type TextImage, textWidth } from './typeface.js';

/** What stands in each place: a view's picture as `drawOverlay` makes it, or words where there is none. */
export type OverviewTiles = Record<StandardView, RgbImage | string>;

/** As radiologists hang them: right and left back to back, MLO below CC. */
const ROWS: [right: StandardView, left: StandardView][] = [
  ['RCC', 'LCC'],
  ['RMLO', 'LMLO'],
];
/** Long edge of a view's picture, at most. */
export const OVERVIEW_TILE = 1024;
const GAP = 8;
/** The title is made to be read where the whole picture is one of four; narrow pictures have less room. */
const TITLE_SIZE = 48;
const SMALLEST_TITLE = 22;
const WORDS_SIZE = 26;
const WHITE = 245;
/** Of a place where no picture stands. */
const EMPTY = { rows: 240, columns: 520 };

/**
 * The four views in one picture, each with its heat map and answer under it; chest walls meet in the middle where the
 * images lie as usual. Nothing is turned. The views' own captions say the rest; the title says what all of it is.
 */
export function drawOverview(tiles: OverviewTiles): RgbImage {
  const small = new Map(Object.entries(tiles).map(([view, tile]) => [view, halved(tile)]));
  const sizes = ROWS.map((row) => row.map((view) => sizeOf(small.get(view)!)));
  const width = Math.max(...sizes.flat().map(({ columns }) => columns));
  // Captions of a row begin at one height, whatever the heights of the images above them.
  const imageRows = ROWS.map((row) => Math.max(...row.map((view) => imageRowsOf(small.get(view)!))));
  const captionRows = ROWS.map((row) => Math.max(...row.map((view) => captionRowsOf(small.get(view)!))));
  const heights = imageRows.map((height, i) => height + captionRows[i]!);
  const fitting = (TITLE_SIZE * 2 * width) / textWidth(OVERVIEW_TITLE, TITLE_SIZE, 'bold');
  const size = Math.max(SMALLEST_TITLE, Math.min(TITLE_SIZE, Math.floor(fitting)));
  const title = drawText(OVERVIEW_TITLE, size, 'bold');
  const columns = Math.max(2 * width + GAP, title.columns + 2 * GAP);
  const top = title.rows + 2 * GAP;
  const rows = top + heights.reduce((sum, height) => sum + height + GAP, 0);
  const picture: RgbImage = {
    rows,
    columns,
    pixels: new Uint8Array(rows * columns * 3),
    imageArea: { top: 0, rows, columns },
  };
  write(picture, title, Math.round((columns - title.columns) / 2), GAP);

  const middle = Math.round(columns / 2);
  let y = top;
  for (const [i, row] of ROWS.entries()) {
    for (const [side, view] of row.entries()) {
      const tile = small.get(view)!;
      const x = side === 0 ? middle - GAP / 2 - sizeOf(tile).columns : middle + GAP / 2;
      if (typeof tile !== 'string') paste(picture, tile, x, y + imageRows[i]! - imageRowsOf(tile));
      else {
        const words = drawText(tile, WORDS_SIZE);
        write(picture, words, x + Math.round((EMPTY.columns - words.columns) / 2), y + EMPTY.rows / 2);
      }
    }
    y += heights[i]! + GAP;
  }
  return picture;
}

function sizeOf(tile: RgbImage | string): { rows: number; columns: number } {
  return typeof tile === 'string' ? EMPTY : tile;
}

function imageRowsOf(tile: RgbImage | string): number {
  return typeof tile === 'string' ? EMPTY.rows : tile.imageArea.rows;
}

function captionRowsOf(tile: RgbImage | string): number {
  return typeof tile === 'string' ? 0 : tile.rows - tile.imageArea.rows;
}

/** Reduced by averages of 2 × 2 until it fits; captions are made to be read after that. */
function halved(tile: RgbImage | string): RgbImage | string {
  if (typeof tile === 'string' || Math.max(tile.imageArea.rows, tile.imageArea.columns) <= OVERVIEW_TILE)
    return tile;
  const [rows, columns] = [Math.floor(tile.rows / 2), Math.floor(tile.columns / 2)];
  const pixels = new Uint8Array(rows * columns * 3);
  const line = tile.columns * 3;
  for (let y = 0, to = 0; y < rows; y++) {
    for (let x = 0, from = 2 * y * line; x < columns; x++, from += 6) {
      for (let k = from; k < from + 3; k++)
        pixels[to++] =
          (tile.pixels[k]! + tile.pixels[k + 3]! + tile.pixels[k + line]! + tile.pixels[k + line + 3]! + 2) >>
          2;
    }
  }
  const imageArea = { top: 0, rows: tile.imageArea.rows >> 1, columns: tile.imageArea.columns >> 1 };
  return halved({ rows, columns, pixels, imageArea });
}

function paste(picture: RgbImage, tile: RgbImage, x: number, y: number): void {
  for (let row = 0; row < tile.rows; row++) {
    const line = tile.pixels.subarray(row * tile.columns * 3, (row + 1) * tile.columns * 3);
    picture.pixels.set(line, ((y + row) * picture.columns + x) * 3);
  }
}

function write(picture: RgbImage, letters: TextImage, x0: number, y0: number): void {
  for (let y = 0; y < letters.rows && y0 + y < picture.rows; y++) {
    for (let x = 0; x < letters.columns; x++) {
      const value = Math.round((letters.coverage[y * letters.columns + x]! * WHITE) / 255);
      const column = x0 + x;
      if (value === 0 || column < 0 || column >= picture.columns) continue;
      const at = ((y0 + y) * picture.columns + column) * 3;
      picture.pixels.fill(value, at, at + 3);
    }
  }
}
