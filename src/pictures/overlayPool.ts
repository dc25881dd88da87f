import type { DicomWriteError } from '../dicom/index.js';
import { MamoriError } from '../errors.js';
import { ThreadError, type ThreadRunner } from '../threads/index.js';
import type { OverlayInput } from './overlay.js';
import type { CaptureDetails, OverlayTask, OverlayTasks } from './overlayTask.js';
import type { RgbImage } from './rgbImage.js';

/** A picture could not be drawn, or not be written as a DICOM object. */
export type OverlayErrorCode = 'overlay-failed' | 'overlay-timed-out' | DicomWriteError['code'];

export class OverlayError extends MamoriError<OverlayErrorCode> {}

/** A picture takes a second at most: what lasts so much longer hangs. */
const TIMEOUT_MS = 300_000;

/** Draws pictures and writes them as Secondary Captures in worker threads, away from the event loop. */
export class OverlayPool {
  readonly #threads: ThreadRunner<OverlayTasks>;

  readonly #timeoutMs: number;

  /**
   * @param threads may do other work as well; whoever opened them closes them
   * @param options.timeoutMs for one picture; then its thread is ended
   */
  constructor(threads: ThreadRunner<OverlayTasks>, options: { timeoutMs?: number } = {}) {
    this.#threads = threads;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /**
   * The picture of one result to be put beside others; see `drawOverlay`.
   *
   * @throws OverlayError
   */
  async render(overlay: OverlayInput): Promise<RgbImage> {
    return (await this.#run({ overlay, capture: undefined, previewWanted: true })).rgb!;
  }

  /**
   * The picture that stands alone (`drawSinglePicture`) as a Secondary Capture, drawn and written in the same worker;
   * see `secondaryCapture`.
   *
   * @param options.preview also returns the picture itself.
   * @throws OverlayError
   */
  async capture(
    overlay: OverlayInput,
    details: CaptureDetails,
    options: { preview?: boolean } = {},
  ): Promise<{ bytes: Uint8Array; rgb: RgbImage | undefined }> {
    const task = { overlay, capture: details, previewWanted: options.preview === true };
    const { secondaryCapture, rgb } = await this.#run(task);
    return { bytes: secondaryCapture!, rgb };
  }

  async #run(task: OverlayTask) {
    const image = task.capture === undefined ? 'an image' : task.capture.source.sopInstanceUID;
    try {
      return await this.#threads.run('draw', task, { timeoutMs: this.#timeoutMs });
    } catch (error) {
      if (error instanceof ThreadError && error.code === 'thread-timed-out')
        throw new OverlayError('overlay-timed-out', `Drawing the heat map of ${image} hung and was ended.`, {
          remedy: 'Process the exam again; if it happens again, report it with the log.',
          cause: error,
        });
      if (!isUnwritable(error))
        throw new OverlayError('overlay-failed', `The heat map of ${image} could not be drawn.`, {
          remedy: 'Process the exam again; if it happens again, report it with the log.',
          cause: error,
        });
      const { code, message, remedy } = error;
      throw new OverlayError(code, `The heat map of ${image} could not be written: ${message}`, {
        ...(remedy !== undefined && { remedy }),
        cause: error,
      });
    }
  }
}

/** A thread's error arrives without its class. */
function isUnwritable(error: unknown): error is MamoriError<DicomWriteError['code']> {
  const code: DicomWriteError['code'] = 'dicom-unwritable';
  return error instanceof MamoriError && error.code === code;
}
