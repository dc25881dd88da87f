/**
 * Worker threads: how work leaves the event loop, and how its answers and errors come back.
 *
 * There are two kinds. A `ThreadPool` (`threadPool.ts`, on piscina) has threads that are all alike: each runs the tasks
 * that a module exports by name, every one a function made a task by `threadTask.ts`. Preparing images, drawing
 * pictures and examining a data set run so. An `OrderedThread` (`orderedThread.ts`; inside it, `serveInOrder.ts`) is
 * one thread that keeps something open, such as a network, and answers in order: native engines block the thread that
 * calls them, and what they hold cannot be in two threads.
 *
 * Errors cross in one way for both (`crossing.ts`): as data, and they come out with code, message, remedy and stack, of
 * their own class where the room that opened the threads names it. A thread may die, of memory or of native code; then
 * its own work fails with `thread-crashed` and another thread takes its place. The codes are in `errors.ts`.
 *
 * Large arrays are transferred, never copied. `threadMemory.ts` lends a task memory that the last one used;
 * `heapGrowth.ts` keeps V8 from taking them for a reason to collect garbage.
 */
export type { CrossedError, ErrorClass } from './crossing.js';
export { ThreadError, type ThreadErrorCode } from './errors.js';
export { letHeapsGrow } from './heapGrowth.js';
export { OrderedThread } from './orderedThread.js';
export { type OrderedService, serveInOrder } from './serveInOrder.js';
export { threadMemory } from './threadMemory.js';
export { ThreadPool, type ThreadPoolOptions, type ThreadRunner } from './threadPool.js';
export { type ThreadTask, threadTask } from './threadTask.js';
