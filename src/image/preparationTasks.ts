import { threadMemory, threadTask } from '../threads/index.js';
import {
  type InstanceIdentity,
  identifyInstance,
  type PreparationResult,
  type PreparationTask,
  prepareInstance,
} from './prepareInstance.js';

/** A file on its way to a thread. `returned`: the memory under the bytes is wanted back afterwards. */
export interface HandedOver {
  bytes: Uint8Array;
  returned: boolean;
}

/** What a thread does for `PreparationPool.prepare`. */
export const prepare = threadTask(
  async (given: HandedOver & { task: PreparationTask }) => {
    const memory = memoryOf(given);
    const how = { overwrite: true, allocate };
    const result = await prepareInstance(evenlyPlaced(given.bytes), given.task, how);
    return { result, memory };
  },
  ({ result, memory }) => [...arraysOf(result), ...(memory === undefined ? [] : [memory])],
);

/** What a thread does for `PreparationPool.identify`. */
export const identify = threadTask(
  (given: HandedOver): { identity: InstanceIdentity; memory: ArrayBuffer | undefined } => ({
    identity: identifyInstance(given.bytes),
    memory: memoryOf(given),
  }),
  ({ memory }) => (memory === undefined ? [] : [memory]),
);

/** The tasks that `PreparationPool` needs of the threads that it is given. */
export interface PreparationTasks {
  prepare: typeof prepare;
  identify: typeof identify;
}

function memoryOf({ bytes, returned }: HandedOver): ArrayBuffer | undefined {
  return returned ? (bytes.buffer as ArrayBuffer) : undefined;
}

/** Decoded pixels do not leave the thread. */
function allocate(words: number): Uint16Array {
  return new Uint16Array(threadMemory(2 * words), 0, words);
}

/** Cut from a multipart answer, a file may start at an odd place, and its words could not be read where they lie. */
function evenlyPlaced(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset % 2 === 0) return bytes;
  return new Uint8Array(buffer, byteOffset - 1, byteLength + 1).copyWithin(0, 1).subarray(0, byteLength);
}

function arraysOf(result: PreparationResult): ArrayBuffer[] {
  if (result.kind !== 'prepared') return [];
  const { input, display } = result.image;
  return [input.buffer as ArrayBuffer, display.pixels.buffer as ArrayBuffer];
}
