import { threadMemory, threadTask } from '../threads/index.js';
import { drawOverlay, type OverlayInput } from './overlay.js';
import type { RgbImage } from './rgbImage.js';
import { type SecondaryCaptureInput, secondaryCapture } from './secondaryCapture.js';
import { drawSinglePicture } from './singlePicture.js';

/** All of a Secondary Capture except its picture, which the thread draws, and the picture's own method. */
export type CaptureDetails = Omit<SecondaryCaptureInput, 'rgb' | 'method'>;

/** What the pool asks of a thread; plain data. */
export interface OverlayTask {
  overlay: OverlayInput;
  capture: CaptureDetails | undefined;
  previewWanted: boolean;
}

interface Drawn {
  rgb: RgbImage | undefined;
  secondaryCapture: Uint8Array | undefined;
}

/** What a thread does for `OverlayPool`. */
export const draw = threadTask(({ overlay, capture, previewWanted }: OverlayTask): Drawn => {
  // What becomes a part of another picture has no need of a notice of its own.
  const drawn = capture === undefined ? drawOverlay : drawSinglePicture;
  const rgb = previewWanted ? drawn(overlay) : drawn(overlay, onCanvas);
  const { method } = overlay.caption;
  return {
    rgb: previewWanted ? rgb : undefined,
    secondaryCapture: capture && secondaryCapture({ ...capture, rgb, method }),
  };
}, wholeBuffers);

/** The task that `OverlayPool` needs of the threads that it is given. */
export interface OverlayTasks {
  draw: typeof draw;
}

/** For a picture that does not leave the thread itself. */
function onCanvas(bytes: number): Uint8Array {
  return new Uint8Array(threadMemory(bytes), 0, bytes).fill(0);
}

function wholeBuffers({ rgb, secondaryCapture }: Drawn): ArrayBuffer[] {
  return [rgb?.pixels, secondaryCapture].flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  );
}
