import { type GreyImage, resizeArea } from '../image/index.js';
import { uniformFrom } from '../random.js';

/** Pictures that are no mammogram, and that somebody's archive sends as one. */
export type NoMammogram =
  | 'black'
  | 'white'
  | 'grey'
  | 'noise'
  | 'stripes-upright'
  | 'stripes-level'
  | 'stripes-slanting'
  | 'fine-stripes'
  | 'chest'
  | 'phantom-plate'
  | 'hand'
  | 'ultrasound'
  | 'breast-of-one-shade'
  | 'empty-exposure';

/** What can have been done to a mammogram. */
export type Spoiling =
  | 'inverted'
  | 'upside-down'
  | 'cut-off'
  | 'upper-half-lost'
  | 'nipple-side-lost'
  | 'overexposed'
  | 'bytes-exchanged'
  | 'blurred'
  | 'coarse'
  | 'smeared-across'
  | 'smeared-slanting';

export const NO_MAMMOGRAMS: readonly NoMammogram[] = [
  'black',
  'white',
  'grey',
  'noise',
  'stripes-upright',
  'stripes-level',
  'stripes-slanting',
  'fine-stripes',
  'chest',
  'phantom-plate',
  'hand',
  'ultrasound',
  'breast-of-one-shade',
  'empty-exposure',
];

export const SPOILINGS: readonly Spoiling[] = [
  'inverted',
  'upside-down',
  'cut-off',
  'upper-half-lost',
  'nipple-side-lost',
  'overexposed',
  'bytes-exchanged',
  'blurred',
  'coarse',
  'smeared-across',
  'smeared-slanting',
];

/** A picture that is no mammogram, at a mammogram's size; brightness as a radiologist would see it. */
export function noMammogram(what: NoMammogram, rows: number, columns: number): GreyImage {
  const random = uniformFrom('spoiled', what);
  const shade = shadeOf(what, random);
  const pixels = new Uint16Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const value = shade(x / columns, y / rows);
      pixels[y * columns + x] = Math.round(65535 * Math.min(1, Math.max(0, value)));
    }
  return { rows, columns, pixels };
}

/** Brightness, 0 to 1, at a place given in parts of the width and of the height. */
function shadeOf(what: NoMammogram, random: () => number): (x: number, y: number) => number {
  const grain = () => 0.02 * (random() - 0.5);
  switch (what) {
    case 'black':
      return () => 0;
    case 'white':
      return () => 1;
    case 'grey':
      return () => 0.5 + grain();
    case 'noise':
      return () => random();
    case 'stripes-upright':
      return (x) => (Math.floor(x * 12) % 2) * 0.8 + 0.1 + grain();
    case 'stripes-level':
      return (_, y) => 0.5 + 0.4 * Math.sin(y * 2 * Math.PI * 20) + grain();
    case 'stripes-slanting':
      return (x, y) => 0.5 + 0.4 * Math.sin((x + y) * 2 * Math.PI * 8) + grain();
    case 'fine-stripes':
      return (_, y) => (Math.floor(y * 200) % 2) * 0.9;
    case 'chest':
      return (x, y) => chest(x, y) + grain();
    case 'phantom-plate':
      return (x, y) => plate(x, y) + grain();
    case 'hand':
      return (x, y) => hand(x, y) + grain();
    case 'ultrasound':
      return (x, y) => fan(x, y, random);
    case 'breast-of-one-shade':
      return (x, y) => ((x / 0.6) ** 2 + ((y - 0.5) / 0.4) ** 2 < 1 ? 0.6 : 0.01) + grain() / 2;
    case 'empty-exposure':
      // The paddle's shadow and nothing under it.
      return (x, y) => (y < 0.02 || x > 0.985 ? 0.2 : 0.01) + grain() / 2;
  }
}

/** Two dark lungs with ribs in a bright body, the heart between them a little to the left. */
function chest(x: number, y: number): number {
  const body = Math.abs(x - 0.5) < 0.46 - 0.3 * Math.max(0, 0.2 - y) ? 1 : 0;
  if (body === 0) return 0.02;
  const lung = (at: number, broad: number) => ((x - at) / broad) ** 2 + ((y - 0.45) / 0.33) ** 2;
  const ribs = 0.06 * Math.sin(2 * Math.PI * (y * 11 + Math.abs(x - 0.5) * 3));
  if (Math.min(lung(0.3, 0.15), lung(0.71, 0.13)) < 1) return 0.22 + ribs;
  return 0.75 - 0.1 * Math.abs(x - 0.5) + ribs / 2;
}

/** An accreditation phantom at the chest wall: a plate of acrylic with fibres, specks and discs in a wax insert. */
function plate(x: number, y: number): number {
  if (x > 0.55 || y < 0.2 || y > 0.8) return 0;
  const [u, v] = [x / 0.55, (y - 0.2) / 0.6];
  const insert = u > 0.12 && u < 0.88 && v > 0.12 && v < 0.88 ? 0.03 : 0;
  const disc = (u * 4) % 1 > 0.42 && (u * 4) % 1 < 0.58 && (v * 4) % 1 > 0.42 && (v * 4) % 1 < 0.58;
  return 0.5 + insert + (disc ? 0.08 : 0);
}

/** Fingers, a palm and the forearm with its two bones, the arm from below; bones as bright again as flesh. */
function hand(x: number, y: number): number {
  const [u, v] = [x * 0.8, y];
  const along = (limb: readonly number[]) => {
    const [fromX, fromY, toX, toY] = limb as [number, number, number, number];
    const [dx, dy] = [toX - fromX, toY - fromY];
    const at = Math.min(1, Math.max(0, ((u - fromX) * dx + (v - fromY) * dy) / (dx * dx + dy * dy)));
    return Math.hypot(u - fromX - at * dx, v - fromY - at * dy);
  };
  const finger = Math.min(...FINGERS.map(along));
  const arm = Math.min(along([0.37, 0.75, 0.37, 1.1]), along([0.43, 0.75, 0.43, 1.1]));
  const palm = along([0.4, 0.58, 0.4, 0.72]);
  if (finger < 0.02 || arm < 0.025) return 0.75;
  return finger < 0.045 || palm < 0.12 || arm < 0.09 ? 0.32 : 0.01;
}
const FINGERS = [
  [0.34, 0.6, 0.15, 0.25],
  [0.38, 0.55, 0.31, 0.1],
  [0.43, 0.55, 0.44, 0.07],
  [0.47, 0.57, 0.58, 0.14],
  [0.32, 0.7, 0.09, 0.53],
];

/** A sector of speckle, brightest at the probe above. */
function fan(x: number, y: number, random: () => number): number {
  const [across, down] = [(x - 0.5) * 0.83, y + 0.05];
  const depth = Math.hypot(across, down);
  if (depth < 0.11 || depth > 0.96 || Math.abs(Math.atan2(across, down)) > 0.6) return 0;
  return 0.4 * Math.exp(-depth / 1.7) * Math.sqrt(-2 * Math.log(1 - random()));
}

/** What became of a mammogram; `upside-down` is turned by half, as a detector mounted the other way gives it. */
export function spoiled(image: GreyImage, how: Spoiling): GreyImage {
  const { rows, columns, pixels } = image;
  switch (how) {
    case 'inverted':
      return { rows, columns, pixels: pixels.map((value) => 65535 - value) };
    case 'upside-down':
      return { rows, columns, pixels: pixels.slice().reverse() };
    case 'cut-off':
      return middleOf(image);
    case 'upper-half-lost':
      return { rows, columns, pixels: pixels.slice().fill(0, 0, (rows >> 1) * columns) };
    case 'nipple-side-lost': {
      const lost = pixels.slice();
      const kept = Math.ceil(columns / 5);
      const [from, to] = isBrighterRight(image) ? [0, columns - kept] : [kept, columns];
      for (let y = 0; y < rows; y++) lost.fill(0, y * columns + from, y * columns + to);
      return { rows, columns, pixels: lost };
    }
    case 'bytes-exchanged':
      return { rows, columns, pixels: pixels.map(exchanged) };
    case 'blurred':
      return blurred(image);
    case 'coarse': {
      const size = [rows, columns].map((length) => Math.ceil((length * COARSE) / Math.max(rows, columns)));
      const [height, width] = size as [number, number];
      return {
        rows: height,
        columns: width,
        pixels: Uint16Array.from(resizeArea(pixels, rows, columns, height, width)),
      };
    }
    case 'overexposed':
      return { rows, columns, pixels: pixels.map((value) => Math.min(65535, value * 12)) };
    case 'smeared-across':
      return smeared(image, 1, 0);
    case 'smeared-slanting':
      return smeared(image, 1, 1);
  }
}

/** The two bytes in which a file holds the twelve bits of a pixel change places. */
function exchanged(value: number): number {
  const stored = value >> 4;
  return ((stored & 0xff) << 8) | (stored >> 8);
}

/** Pixels along the longer side. */
const COARSE = 50;

/** Reduced to a thirtieth of its size and drawn large again. */
function blurred({ rows, columns, pixels }: GreyImage): GreyImage {
  const [height, width] = [Math.ceil(rows / 30), Math.ceil(columns / 30)];
  const small = resizeArea(pixels, rows, columns, height, width);
  const out = new Uint16Array(rows * columns);
  const place = (at: number, length: number, of: number) => {
    const exact = Math.min(of - 1, Math.max(0, ((at + 0.5) * of) / length - 0.5));
    return { low: Math.floor(exact), high: Math.min(of - 1, Math.floor(exact) + 1), share: exact % 1 };
  };
  for (let y = 0; y < rows; y++) {
    const row = place(y, rows, height);
    for (let x = 0; x < columns; x++) {
      const column = place(x, columns, width);
      const along = (line: number) =>
        small[line * width + column.low]! * (1 - column.share) +
        small[line * width + column.high]! * column.share;
      out[y * columns + x] = along(row.low) * (1 - row.share) + along(row.high) * row.share;
    }
  }
  return { rows, columns, pixels: out };
}

/** Whether the chest wall lies at the right, by brightness. */
function isBrighterRight({ rows, columns, pixels }: GreyImage): boolean {
  const brightness = (left: number) => {
    let sum = 0;
    for (let y = 0; y < rows; y += 4)
      for (let x = 0; x < columns >> 1; x += 4) sum += pixels[y * columns + left + x]!;
    return sum;
  };
  return brightness(columns - (columns >> 1)) > brightness(0);
}

/** A piece at the chest wall, halfway down: breast from edge to edge, without skin or nipple. */
function middleOf(image: GreyImage): GreyImage {
  const { rows, columns, pixels } = image;
  const height = Math.floor(rows / 4);
  const width = Math.floor(columns / 6);
  const left = isBrighterRight(image) ? columns - width - 2 : 2;
  const top = (rows - height) >> 1;
  const out = new Uint16Array(height * width);
  for (let y = 0; y < height; y++)
    out.set(pixels.subarray((top + y) * columns + left, (top + y) * columns + left + width), y * width);
  return { rows: height, columns: width, pixels: out };
}

/** Pixels over which a moving breast is smeared. */
const SMEAR = 16;

function smeared({ rows, columns, pixels }: GreyImage, alongX: number, alongY: number): GreyImage {
  const out = new Uint16Array(pixels.length);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let step = 0; step < SMEAR; step++) {
        const fromX = Math.min(columns - 1, x + step * alongX);
        const fromY = Math.min(rows - 1, y + step * alongY);
        sum += pixels[fromY * columns + fromX]!;
      }
      out[y * columns + x] = sum / SMEAR;
    }
  return { rows, columns, pixels: out };
}
