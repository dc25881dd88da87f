import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type CrossedError, crossing } from './crossing.js';

/** What a task sends back: its output, or the error as data. */
export type TaskAnswer<Output> = { kind: 'done'; output: Output } | { kind: 'failed'; error: CrossedError };

/** A function that a module offers to the threads of a `ThreadPool`, under the name by which it is exported. */
export type ThreadTask<Input, Output> = (input: Input) => Promise<TaskAnswer<Output>>;

/**
 * Makes a task of a function.
 *
 * @param work input and output are plain data
 * @param transferred the buffers of an output that are given away instead of copied; each once
 */
export function threadTask<Input, Output>(
  work: (input: Input) => Output | Promise<Output>,
  transferred: (output: Output) => ArrayBuffer[] = () => [],
): ThreadTask<Input, Output> {
  return async (input) => {
    try {
      const output = await work(input);
      return givenAway({ kind: 'done', output }, transferred(output));
    } catch (error) {
      return { kind: 'failed', error: crossing(error) };
    }
  };
}

function givenAway<Answer extends object>(answer: Answer, buffers: ArrayBuffer[]): Answer {
  // piscina's protocol; its types say that `move` returns the wrapper, the caller receives the value.
  return move({ [transferableSymbol]: buffers, [valueSymbol]: answer }) as unknown as Answer;
}
