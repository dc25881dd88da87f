import claheWasm from './kernels/clahe.wasm.js';
import { Kernel } from './kernels/index.js';

/** How CLAHE cuts and clips, in the words of OpenCV's `createCLAHE(clipLimit, tileGridSize)`. */
export interface ClaheOptions {
  /** Highest bin, as a multiple of the mean bin; 0 or less: not clipped. */
  clipLimit: number;
  /** Number of tiles across and down, each at least 1. */
  tiles: [columns: number, rows: number];
}

interface ClaheFunctions {
  countTile(pixels: number, stride: number, width: number, height: number, histogram: number): void;
  tileMap(histogram: number, map: number, bins: number, clip: number, scale: number): void;
  interleave(a: number, b: number, c: number, d: number, quads: number, bins: number): void;
  blend(
    pixels: number,
    out: number,
    stride: number,
    width: number,
    height: number,
    quads: number,
    xa: number,
    xb: number,
    ya: number,
  ): void;
}

const kernel = new Kernel<ClaheFunctions>(claheWasm, 32 * 2 ** 20);

/** Pixels go through the kernel's memory in bands of at most this size: a row of tiles of a usual mammogram. */
const BAND_BYTES = 2 ** 22;

/** Histograms that are filled at a time. */
const TILES_AT_A_TIME = 16;

/**
 * Contrast-limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV, 1994), equal in every pixel
 * to OpenCV 4's `createCLAHE` on CV_8UC1 and CV_16UC1 for any image size, clip limit and tile grid.
 *
 * The histogram has 256 bins for 8-bit and 65536 for 16-bit pixels, whatever levels occur: scale 12-bit data to
 * the full range first.
 *
 * @param pixels row-major, `rows * columns` long; not changed
 * @param memory.overwrite the result may take the place of `pixels`, where the tiles are large enough for that
 * @returns an array of the same kind
 * @throws RangeError where sizes or tiles are not positive whole numbers, or do not match the array
 */
export function clahe<Pixels extends Uint8Array | Uint16Array>(
  pixels: Pixels,
  rows: number,
  columns: number,
  options: ClaheOptions,
  memory: { overwrite?: boolean } = {},
): Pixels {
  const [across, down] = options.tiles;
  for (const size of [rows, columns, across, down]) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`CLAHE: ${size} is not a size`);
  }
  if (pixels.length !== rows * columns) throw new RangeError('CLAHE: the array is not rows × columns long');

  const bins = pixels instanceof Uint8Array ? 256 : 65536;
  // OpenCV pads both sides as soon as one of them does not divide, and then by a whole tile count where the
  // other one does.
  const even = columns % across === 0 && rows % down === 0;
  const tileWidth = (even ? columns : columns + across - (columns % across)) / across;
  const tileHeight = (even ? rows : rows + down - (rows % down)) / down;
  const area = tileWidth * tileHeight;
  const clip = clipCount(options.clipLimit, area, bins);
  const scale = Math.fround((bins - 1) / area);

  const bandWidth = across * tileWidth;
  const bandRows = Math.max(1, Math.min(tileHeight, Math.floor(BAND_BYTES / (2 * bandWidth))));
  const take = allocator();
  const group = Math.min(across, TILES_AT_A_TIME);
  const histogramAt = take(group * bins * 4);
  const mapsAt = take(2 * across * bins * 2);
  const quadsAt = take(bins * 8);
  const xaAt = take(columns * 4);
  const xbAt = take(columns * 4);
  const yaAt = take(rows * 4);
  const bandAt = take(bandRows * bandWidth * 2);
  const {
    memory: { buffer },
    functions,
  } = kernel.instance(take(0));

  const histograms = new Uint32Array(buffer, histogramAt, group * bins);
  const band = new Uint16Array(buffer, bandAt, bandRows * bandWidth);
  const horizontal = neighbours(columns, tileWidth, across);
  const vertical = neighbours(rows, tileHeight, down);
  new Float32Array(buffer, xaAt, columns).set(horizontal.weight);
  new Float32Array(buffer, xbAt, columns).set(horizontal.weight.map((weight) => 1 - weight));
  new Float32Array(buffer, yaAt, rows).set(vertical.weight);

  /** Rows from `top` on, and what lies beyond the right and lower edge. Few large copies: each costs 100 ns. */
  const fillBand = (top: number, height: number) => {
    const whole = bandWidth === columns ? Math.max(0, Math.min(height, rows - top)) : 0;
    if (whole > 0) band.set(pixels.subarray(top * columns, (top + whole) * columns));
    for (let y = whole; y < height; y++) {
      const from = reflect(top + y, rows) * columns;
      const to = y * bandWidth;
      band.set(pixels.subarray(from, from + columns), to);
      for (let x = columns; x < bandWidth; x++) band[to + x] = pixels[from + reflect(x, columns)]!;
    }
  };

  /** Only two rows of tiles are needed at a time: tile row `j` lives in half `j % 2`. */
  const mapAt = (i: number, j: number) => mapsAt + ((j % 2) * across + i) * bins * 2;
  let mapped = 0;
  const mapTileRow = (j: number) => {
    for (let first = 0; first < across; first += group) {
      const end = Math.min(across, first + group);
      histograms.fill(0);
      for (let y0 = 0; y0 < tileHeight; y0 += bandRows) {
        const height = Math.min(bandRows, tileHeight - y0);
        fillBand(j * tileHeight + y0, height);
        for (let i = first; i < end; i++) {
          const tile = bandAt + i * tileWidth * 2;
          functions.countTile(tile, bandWidth * 2, tileWidth, height, histogramAt + (i - first) * bins * 4);
        }
      }
      for (let i = first; i < end; i++) {
        functions.tileMap(histogramAt + (i - first) * bins * 4, mapAt(i, j), bins, clip, scale);
      }
    }
  };

  // Rows are blended when the row of tiles half a tile further down has been counted; what it counts below the image
  // are reflected rows, which must not be blended yet either.
  const inPlace = memory.overwrite === true && tileHeight > 2 * down;
  const blended = pixels instanceof Uint8Array ? Uint8Array : Uint16Array;
  const out = inPlace ? pixels : (new blended(pixels.length) as Pixels);
  for (const span of vertical.spans) {
    while (mapped <= span.second) mapTileRow(mapped++);
    for (let y0 = span.start; y0 < span.end; y0 += bandRows) {
      const height = Math.min(bandRows, span.end - y0);
      band.set(pixels.subarray(y0 * columns, (y0 + height) * columns));
      for (const { start, end, first, second } of horizontal.spans) {
        functions.interleave(
          mapAt(first, span.first),
          mapAt(second, span.first),
          mapAt(first, span.second),
          mapAt(second, span.second),
          quadsAt,
          bins,
        );
        const at = bandAt + start * 2;
        const [xa, xb, ya] = [xaAt + start * 4, xbAt + start * 4, yaAt + y0 * 4];
        functions.blend(at, at, columns * 2, end - start, height, quadsAt, xa, xb, ya);
      }
      out.set(band.subarray(0, height * columns), y0 * columns);
    }
  }
  return out;
}

/** Pixels per bin above which a tile's histogram is cut off; 0: never. */
function clipCount(clipLimit: number, area: number, bins: number): number {
  if (!(clipLimit > 0)) return 0;
  const count = Math.trunc((clipLimit * area) / bins);
  // Beyond 32 bits OpenCV's conversion to int overflows to the lowest one, and the "at least 1" after it makes
  // that 1. Equality with it comes before sense in limits that nobody uses.
  return count < 2 ** 31 ? Math.max(count, 1) : 1;
}

/** cv::BORDER_REFLECT_101: the edge pixel itself is not repeated. */
function reflect(position: number, length: number): number {
  if (length === 1) return 0;
  let inside = position;
  while (inside < 0 || inside >= length) inside = inside < 0 ? -inside : 2 * length - 2 - inside;
  return inside;
}

/** Stretches of pixels between the same two tile centres, and each pixel's weight of the second one. */
interface Neighbours {
  weight: Float32Array;
  spans: Array<{ start: number; end: number; first: number; second: number }>;
}

function neighbours(length: number, tile: number, tiles: number): Neighbours {
  const inverse = Math.fround(1 / tile);
  const weight = new Float32Array(length);
  const spans: Neighbours['spans'] = [];
  for (let x = 0; x < length; x++) {
    const position = Math.fround(Math.fround(x * inverse) - 0.5);
    const floor = Math.floor(position);
    weight[x] = position - floor;
    const first = Math.max(floor, 0);
    const second = Math.min(floor + 1, tiles - 1);
    const last = spans.at(-1);
    if (last && last.first === first && last.second === second) last.end = x + 1;
    else spans.push({ start: x, end: x + 1, first, second });
  }
  return { weight, spans };
}

/** Hands out 16-byte aligned places one after the other. */
function allocator(): (bytes: number) => number {
  let next = 1024;
  return (bytes) => {
    const at = next;
    next += (bytes + 15) & ~15;
    return at;
  };
}
