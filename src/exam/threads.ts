import { Piscina } from 'piscina';
import { PreparationPool } from '../image/index.js';
import { OverlayPool } from '../pictures/index.js';

/** Preparing and drawing in the same threads. */
export interface ExamThreads {
  preparation: PreparationPool;
  overlays: OverlayPool;
  /** Waits for what is under way, then ends the threads. */
  close(): Promise<void>;
}

/** A thread's short-lived objects are few, and its arrays lie outside of the heap: more room would only lie idle. */
const YOUNG_GENERATION_MB = 8;
const OLD_GENERATION_MB = 256;

/**
 * Threads for everything about an exam that computes and is not the network.
 *
 * Preparing comes before the network and drawing after it: threads for each would have each other's waiting, and every
 * thread costs some 50 MB for its own copy of the code and what its allocator keeps.
 *
 * @param count threads, and with that images in memory at a time
 */
export function openThreads(count: number): ExamThreads {
  const pool = new Piscina({
    filename: new URL('./thread.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: count,
    idleTimeout: 60_000,
    resourceLimits: {
      maxOldGenerationSizeMb: OLD_GENERATION_MB,
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
    },
  });
  const preparation = new PreparationPool({ threads: count, shared: pool });
  const overlays = new OverlayPool({ shared: pool });
  const close = async () => {
    await Promise.all([preparation.close(), overlays.close()]);
    await pool.close();
  };
  return { preparation, overlays, close };
}
