/** What a thread of `ExamThreads` does. */
export { prepareInThread as prepare } from '../image/index.js';

type Draw = typeof import('../pictures/index.js').drawInThread;

/** Loaded by the first picture: until then an exam's first images need not wait for fonts and colours. */
export async function draw(...task: Parameters<Draw>): Promise<ReturnType<Draw>> {
  const { drawInThread } = await import('../pictures/index.js');
  return drawInThread(...task);
}
