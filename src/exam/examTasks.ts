/** What the threads of an exam do: see `openThreads`. */
export { identifyInThread as identify, prepareInThread as prepare } from '../image/index.js';

type Draw = typeof import('../pictures/index.js').drawInThread;

/** Loaded by the first picture: until then an exam's first images need not wait for fonts and colours. */
export const draw: Draw = async (task) => {
  const { drawInThread } = await import('../pictures/index.js');
  return drawInThread(task);
};
