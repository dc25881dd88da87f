import { fromSource } from '../geometry.js';
import { cutOut } from '../plane.js';
import type { Box } from '../types.js';
import { stepOf } from './step.js';
import { geometryOf, invalidSteps, maskOf, type WorkingImage } from './workingImage.js';

/** Cut to the breast's bounding box. */
export const cropToBreast = stepOf({
  name: 'crop-to-breast',
  does: 'cuts',
  schema: (z) =>
    z.strictObject({
      step: z.literal('crop-to-breast'),
      /** The box is widened on each side by this fraction of its own size. */
      margin: z.number().min(0).max(0.5),
    }),
  run: (work, { margin }) => cropTo(work, breastBox(work, margin)),
});

/** The breast's bounding box on the source, widened. */
function breastBox(work: WorkingImage, margin: number): Box {
  if (!(margin >= 0 && margin <= 0.5)) throw invalidSteps(`a margin of ${margin}`);
  const { box } = maskOf(work);
  const dx = Math.round(box.width * margin);
  const dy = Math.round(box.height * margin);
  const left = Math.max(0, box.left - dx);
  const top = Math.max(0, box.top - dy);
  return {
    left,
    top,
    width: Math.min(work.source.columns, box.left + box.width + dx) - left,
    height: Math.min(work.source.rows, box.top + box.height + dy) - top,
  };
}

function cropTo(work: WorkingImage, box: Box): void {
  // Steps may come in any order: what is left of an earlier crop, in the frame that the image is in now.
  const left = Math.max(box.left, work.crop.left);
  const top = Math.max(box.top, work.crop.top);
  const right = Math.min(box.left + box.width, work.crop.left + work.crop.width);
  const bottom = Math.min(box.top + box.height, work.crop.top + work.crop.height);
  const frame = geometryOf(work);
  const a = fromSource(frame, { x: left, y: top });
  const b = fromSource(frame, { x: right, y: bottom });
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
  if (width === work.columns && height === work.rows) return;
  work.channels = work.channels.map((channel) => cutOut(channel, { left: x, top: y, width, height }));
  [work.rows, work.columns] = [height, width];
  work.crop = { left, top, width: right - left, height: bottom - top };
}
