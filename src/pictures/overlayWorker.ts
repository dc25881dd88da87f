import { move, transferableSymbol, valueSymbol } from 'piscina';
import { MamoriError } from '../errors.js';
import { threadMemory } from '../image/index.js';
import { drawOverlay, type OverlayInput } from './overlay.js';
import type { RgbImage } from './rgbImage.js';
import { type SecondaryCaptureInput, secondaryCapture } from './secondaryCapture.js';

/** All of a Secondary Capture except its picture, which the worker draws, and the picture's own method. */
export type CaptureDetails = Omit<SecondaryCaptureInput, 'rgb' | 'method'>;

/** What the pool asks of a thread; plain data. */
export interface OverlayTask {
  overlay: OverlayInput;
  capture: CaptureDetails | undefined;
  previewWanted: boolean;
}

/** Errors cross threads as data: cloning one would lose its class and code. */
export type OverlayAnswer =
  | { kind: 'drawn'; rgb: RgbImage | undefined; secondaryCapture: Uint8Array | undefined }
  | { kind: 'failed'; code: string; message: string; remedy: string | undefined };

/** What a thread does for `OverlayPool`. */
export function draw(task: OverlayTask): OverlayAnswer {
  try {
    const rgb = task.previewWanted ? drawOverlay(task.overlay) : drawOverlay(task.overlay, onCanvas);
    const { method } = task.overlay.caption;
    return handedOver({
      kind: 'drawn',
      rgb: task.previewWanted ? rgb : undefined,
      secondaryCapture: task.capture && secondaryCapture({ ...task.capture, rgb, method }),
    });
  } catch (error) {
    if (!(error instanceof MamoriError)) throw error;
    return { kind: 'failed', code: error.code, message: error.message, remedy: error.remedy };
  }
}

/** For a picture that does not leave the thread itself. */
function onCanvas(bytes: number): Uint8Array {
  return new Uint8Array(threadMemory(bytes), 0, bytes).fill(0);
}

/** Gives the big buffers to the other thread instead of copying them. */
function handedOver(answer: Extract<OverlayAnswer, { kind: 'drawn' }>): OverlayAnswer {
  const buffers = [answer.rgb?.pixels, answer.secondaryCapture].flatMap((bytes) =>
    bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer]
      : [],
  );
  // piscina's protocol; its types say that `move` returns the wrapper, the caller receives the value.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: answer }) as unknown as OverlayAnswer;
}
