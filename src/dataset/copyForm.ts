import { clahe, type GreyImage, oriented } from '../image/index.js';

/**
 * One of the paper's changes of an image: CLAHE or not, then a rotation by steps of 30 degrees, then a flip or none.
 */
export interface CopyForm {
  clahe: boolean;
  /** Degrees clockwise: 0, 30 … 330. */
  rotation: number;
  /**
   * Left and right exchanged, after the rotation. An up-down flip is this one of an image turned by 180 degrees more.
   */
  flipped: boolean;
}

/**
 * All forms that differ. The paper counts 72 for each image (106 images become 7632), as it makes both flips of each of
 * twelve rotations; of those 48 are different pictures.
 */
export const COPY_FORMS: readonly CopyForm[] = [false, true].flatMap((treated) =>
  [false, true].flatMap((flipped) =>
    Array.from({ length: 12 }, (_, step): CopyForm => ({ clahe: treated, rotation: 30 * step, flipped })),
  ),
);

/**
 * The paper's CLAHE, of which it names no numbers: these come closest to the treated images of its data set. Its
 * network sees images after it (`training/networks/paperPreparation.ts`), its protocol copies.
 */
export const PAPER_CLAHE = { clipLimit: 4, tiles: [8, 8] as [columns: number, rows: number] };

/** For file names and lists: no commas. */
export function copyName(form: CopyForm): string {
  return [`${form.rotation}deg`, ...(form.flipped ? ['flipped'] : []), ...(form.clahe ? ['clahe'] : [])].join(
    '+',
  );
}

/**
 * The image in that form. The frame grows with a rotation, so that nothing is cut off; what comes in is black, as air
 * is.
 */
export function copyOf(image: GreyImage, { clahe: treated, rotation, flipped }: CopyForm): GreyImage {
  const turned = rotated(treated ? equalised(image) : image, rotation % 90);
  const quarters = Math.floor(rotation / 90);
  // `oriented` flips before it turns; the other way round the turn goes backwards.
  const quarterTurns = (flipped ? (4 - quarters) % 4 : quarters) as 0 | 1 | 2 | 3;
  return oriented(turned.pixels, turned.rows, turned.columns, { flip: flipped, quarterTurns });
}

function equalised({ rows, columns, pixels }: GreyImage): GreyImage {
  // Loops, because `from` with a function is slow.
  const levels = new Uint8Array(pixels.length);
  for (let i = 0; i < levels.length; i++) levels[i] = Math.round(pixels[i]! / 257);
  const treated = clahe(levels, rows, columns, PAPER_CLAHE);
  const words = new Uint16Array(treated.length);
  for (let i = 0; i < words.length; i++) words[i] = treated[i]! * 257;
  return { rows, columns, pixels: words };
}

/** Clockwise around the middle, bilinear. */
function rotated(image: GreyImage, degrees: number): GreyImage {
  if (degrees === 0) return image;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const rows = Math.round(image.rows * cos + image.columns * sin);
  const columns = Math.round(image.columns * cos + image.rows * sin);
  const pixels = new Uint16Array(rows * columns);
  const { pixels: from, rows: height, columns: width } = image;
  const read = (row: number, column: number) =>
    row < 0 || column < 0 || row >= height || column >= width ? 0 : from[row * width + column]!;
  for (let row = 0; row < rows; row++) {
    const v = row + 0.5 - rows / 2;
    for (let column = 0; column < columns; column++) {
      const u = column + 0.5 - columns / 2;
      const x = u * cos + v * sin + width / 2 - 0.5;
      const y = v * cos - u * sin + height / 2 - 0.5;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      if (left < -1 || top < -1 || left >= width || top >= height) continue;
      const [right, down] = [x - left, y - top];
      const inside = left >= 0 && top >= 0 && left < width - 1 && top < height - 1;
      const at = top * width + left;
      const corners = inside
        ? [from[at]!, from[at + 1]!, from[at + width]!, from[at + width + 1]!]
        : [read(top, left), read(top, left + 1), read(top + 1, left), read(top + 1, left + 1)];
      const above = corners[0]! * (1 - right) + corners[1]! * right;
      const below = corners[2]! * (1 - right) + corners[3]! * right;
      pixels[row * columns + column] = Math.round(above * (1 - down) + below * down);
    }
  }
  return { rows, columns, pixels };
}
