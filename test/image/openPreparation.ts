import { ImageError, PreparationPool } from '../../src/image/index.js';
import { ThreadPool } from '../../src/threads/index.js';

export type OpenPreparation = PreparationPool & { close(): Promise<void> };

/** A preparation with threads of its own, which end with it. */
export function openPreparation(options: {
  threads: number;
  timeoutMs?: number;
  heapMb?: number;
}): OpenPreparation {
  const { threads, timeoutMs, heapMb } = options;
  const module = new URL('../../src/exam/examTasks.js', import.meta.url);
  const pool = new ThreadPool<typeof import('../../src/exam/examTasks.js')>(module, {
    threads,
    errors: [ImageError],
    ...(heapMb !== undefined && { heapMb: { old: heapMb } }),
  });
  const preparation = new PreparationPool(pool, timeoutMs === undefined ? {} : { timeoutMs });
  return Object.assign(preparation, { close: () => pool.close() });
}
