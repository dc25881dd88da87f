import { breastValues, percentileWindow } from '../percentileWindow.js';
import { stepOf } from './step.js';
import { geometryOf, invalidSteps, maskOf, putIn } from './workingImage.js';

/**
 * Grey values stretched so that these percentiles of the breast's pixels become black and white, as the image itself or
 * as one more channel. After `resize`.
 */
export const windowing = stepOf({
  name: 'window',
  does: 'changes grey values',
  schema: (z) => {
    const percentile = z.number().min(0).max(100);
    return z
      .strictObject({
        step: z.literal('window'),
        low: percentile,
        high: percentile,
        as: z.enum(['image', 'channel']),
      })
      .refine(({ low, high }) => low < high, 'low must lie below high');
  },
  run: (work, { low, high, as }) => {
    if (!work.resized) throw invalidSteps('window before resize');
    if (!(low >= 0 && low < high && high <= 100))
      throw invalidSteps(`a window from ${low} to ${high} percent`);
    const image = work.resized[0]!;
    const values = breastValues(image, geometryOf(work), maskOf(work));
    putIn(work.resized, percentileWindow(image, values, low, high), as);
  },
});
