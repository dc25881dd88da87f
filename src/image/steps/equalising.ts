import { clahe } from '../clahe.js';
import { bytes, planeOf, words } from '../plane.js';
import { stepOf } from './step.js';
import { putIn } from './workingImage.js';

/** CLAHE at the resolution reached so far, as the image itself or as one more channel. */
export const equalise = stepOf({
  name: 'clahe',
  does: 'changes grey values',
  schema: (z) => {
    const count = z.number().int().min(1).max(64);
    return z.strictObject({
      step: z.literal('clahe'),
      clipLimit: z.number().positive(),
      /** Columns, rows. */
      tiles: z.tuple([count, count]),
      as: z.enum(['image', 'channel']),
      /**
       * 8 rounds the image to 256 levels first, so that the result depends neither on the source's bit depth nor on the
       * number of pixels per tile; 16 (when left out) counts in 65536 bins.
       */
      bits: z.union([z.literal(8), z.literal(16)]).optional(),
    });
  },
  run: ({ rows, columns, resized, channels }, step) => {
    const image = resized ? planeOf({ pixels: rounded(resized[0]!), rows, columns }) : channels[0]!;
    const pixels =
      step.bits === 8
        ? clahe(bytes(image), rows, columns, step, { overwrite: true })
        : clahe(words(image), rows, columns, step);
    const equalised = planeOf({ pixels, rows, columns });
    // `new` and not `from`, which is many times slower.
    if (resized) putIn(resized, new Float32Array(words(equalised)), step.as);
    else putIn(channels, equalised, step.as);
  },
});

function rounded(values: Float32Array): Uint16Array<ArrayBuffer> {
  const pixels = new Uint16Array(values.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = values[i]! + 0.5;
  return pixels;
}
