import { Piscina } from 'piscina';
import { MamoriError } from '../errors.js';
import type { OverlayInput } from './overlay.js';
import type { CaptureDetails, OverlayAnswer, OverlayTask } from './overlayWorker.js';
import type { RgbImage } from './rgbImage.js';

/** A picture could not be drawn or written: the code is the cause's own, or `overlay-failed`. */
export class OverlayError extends MamoriError {}

/** Draws pictures and writes them as Secondary Captures in worker threads, away from the event loop. */
export class OverlayPool {
  readonly #pool: Piscina<OverlayTask, OverlayAnswer>;
  readonly #underWay = new Set<AbortController>();

  readonly #shared: boolean;

  /**
   * @param options.threads most workers at work at once; 2 if left out. They start when needed and end after
   *   a minute without work.
   * @param options.shared threads that do other work as well, in place of threads of its own: their module exports
   *   `drawInThread` as `draw`. Whoever opened them closes them.
   */
  constructor(options: { threads?: number; shared?: Piscina<OverlayTask, OverlayAnswer> } = {}) {
    this.#shared = options.shared !== undefined;
    this.#pool =
      options.shared ??
      new Piscina({
        filename: new URL('./overlayWorker.js', import.meta.url).href,
        minThreads: 0,
        maxThreads: options.threads ?? 2,
        idleTimeout: 60_000,
      });
    // A thread that cannot even start takes no task with it: what waits for one would wait forever.
    this.#pool.on('error', (error) => {
      for (const task of this.#underWay) task.abort(error);
    });
  }

  /**
   * The picture of one result; see `drawOverlay`.
   *
   * @throws OverlayError
   */
  async render(overlay: OverlayInput): Promise<RgbImage> {
    return (await this.#run({ overlay, capture: undefined, previewWanted: true })).rgb!;
  }

  /**
   * The picture as a Secondary Capture, drawn and written in the same worker; see `secondaryCapture`.
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

  /** Waits for what is under way, then ends the threads. */
  async close(): Promise<void> {
    if (!this.#shared) await this.#pool.close();
  }

  async #run(task: OverlayTask): Promise<Extract<OverlayAnswer, { kind: 'drawn' }>> {
    const image = task.capture === undefined ? 'an image' : task.capture.source.sopInstanceUID;
    const underWay = new AbortController();
    this.#underWay.add(underWay);
    let answer: OverlayAnswer;
    try {
      answer = await this.#pool.run(task, { name: 'draw', signal: underWay.signal });
    } catch (error) {
      const cause: unknown = underWay.signal.aborted ? underWay.signal.reason : error;
      throw new OverlayError('overlay-failed', `The heat map of ${image} could not be drawn.`, {
        remedy: 'Process the exam again; if it happens again, report it with the log.',
        cause,
      });
    } finally {
      this.#underWay.delete(underWay);
    }
    if (answer.kind === 'drawn') return answer;
    const { code, message, remedy } = answer;
    throw new OverlayError(
      code,
      `The heat map of ${image} could not be written: ${message}`,
      remedy === undefined ? {} : { remedy },
    );
  }
}
