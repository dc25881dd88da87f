import { Piscina } from 'piscina';
import type { OverlayInput } from './overlay.js';
import type { RgbImage } from './rgbImage.js';
import type { SecondaryCaptureInput } from './secondaryCapture.js';

/** All of a Secondary Capture except its picture, which the worker draws, and the picture's own method. */
export type CaptureDetails = Omit<SecondaryCaptureInput, 'rgb' | 'method'>;

/** What a worker is asked for; plain data. */
export interface OverlayTask {
  overlay: OverlayInput;
  capture: CaptureDetails | undefined;
  previewWanted: boolean;
}

export interface OverlayResult {
  rgb: RgbImage | undefined;
  secondaryCapture: Uint8Array | undefined;
}

/** Draws pictures and writes them as Secondary Captures in worker threads, away from the event loop. */
export class OverlayPool {
  readonly #pool: Piscina<OverlayTask, OverlayResult>;

  /**
   * @param options.threads most workers at work at once; 2 if left out. They start when needed and end after
   *   a minute without work.
   */
  constructor(options: { threads?: number } = {}) {
    this.#pool = new Piscina({
      filename: new URL('./overlayWorker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: options.threads ?? 2,
      idleTimeout: 60_000,
    });
  }

  /** The picture of one result; see `drawOverlay`. */
  async render(overlay: OverlayInput): Promise<RgbImage> {
    return (await this.#pool.run({ overlay, capture: undefined, previewWanted: true })).rgb!;
  }

  /**
   * The picture as a Secondary Capture, drawn and written in the same worker; see `secondaryCapture`.
   *
   * @param options.preview also returns the picture itself.
   */
  async capture(
    overlay: OverlayInput,
    details: CaptureDetails,
    options: { preview?: boolean } = {},
  ): Promise<{ bytes: Uint8Array; rgb: RgbImage | undefined }> {
    const task = { overlay, capture: details, previewWanted: options.preview === true };
    const { secondaryCapture, rgb } = await this.#pool.run(task);
    return { bytes: secondaryCapture!, rgb };
  }

  /** Waits for what is under way, then ends the threads. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}
