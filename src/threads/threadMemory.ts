/** Larger ones are let go at once. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;

let kept = new ArrayBuffer(0);

/**
 * Memory of the thread that asks, for the task that it is at: at least `bytes` long, with whatever the last task left
 * in it. One task's array must not leave the thread, and a task must not ask twice.
 */
export function threadMemory(bytes: number): ArrayBuffer {
  if (bytes > MOST_KEPT_BYTES) return new ArrayBuffer(bytes);
  if (kept.byteLength < bytes) kept = new ArrayBuffer(bytes);
  return kept;
}
