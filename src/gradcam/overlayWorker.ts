import { move, transferableSymbol, valueSymbol } from 'piscina';
import { drawOverlay } from './overlay.js';
import type { OverlayResult, OverlayTask } from './overlayPool.js';
import { secondaryCapture } from './secondaryCapture.js';

/** Runs in a worker thread of `OverlayPool`. */
export default function run(task: OverlayTask): OverlayResult {
  const rgb = drawOverlay(task.overlay);
  const { method } = task.overlay.caption;
  return handedOver({
    rgb: task.previewWanted ? rgb : undefined,
    secondaryCapture: task.capture && secondaryCapture({ ...task.capture, rgb, method }),
  });
}

/** Gives the big buffers to the other thread instead of copying them. */
function handedOver(result: OverlayResult): OverlayResult {
  const buffers = [result.rgb?.pixels, result.secondaryCapture].flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  );
  // piscina's protocol; its types say that `move` returns the wrapper, the caller receives the value.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: result }) as unknown as OverlayResult;
}
