import { ImageError, PreparationPool } from '../image/index.js';
import { OverlayPool } from '../pictures/index.js';
import { ThreadPool } from '../threads/index.js';

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
  const pool = new ThreadPool<typeof import('./examTasks.js')>(new URL('./examTasks.js', import.meta.url), {
    threads: count,
    heapMb: { old: OLD_GENERATION_MB, young: YOUNG_GENERATION_MB },
    errors: [ImageError],
  });
  const preparation = new PreparationPool(pool);
  const close = async () => {
    await pool.close();
    preparation.releaseMemory();
  };
  return { preparation, overlays: new OverlayPool(pool), close };
}
