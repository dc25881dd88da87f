import { resizePlane } from '../resize.js';
import { stepOf } from './step.js';

/** Area-averaging resize, without keeping the aspect ratio. CLAHE and windows may follow it, at its size. */
export const resize = stepOf({
  name: 'resize',
  does: 'resizes',
  schema: (z) => {
    const size = z.number().int().min(8).max(8192);
    return z.strictObject({ step: z.literal('resize'), rows: size, columns: size });
  },
  run: (work, { rows, columns }) => {
    work.resized = work.channels.map((channel) => resizePlane(channel, rows, columns));
    // Nothing reads them at full resolution any more.
    work.channels = [];
    [work.rows, work.columns] = [rows, columns];
  },
});
