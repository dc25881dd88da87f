import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Recognition } from '../dicom/index.js';
import { ImageError } from './errors.js';
import {
  type PreparationResult,
  type PreparationTask,
  prepareInstance,
  recogniseInstance,
} from './prepareInstance.js';
import { threadMemory } from './threadMemory.js';

/** What the pool asks of a thread. `returned`: the memory under the bytes is wanted back afterwards. */
export type ThreadWork = { bytes: Uint8Array; returned: boolean } & (
  | { kind: 'prepare'; task: PreparationTask }
  | { kind: 'recognise' }
);

/** `begun` hears when the thread begins, which may be long after it was asked. */
export type WorkerTask = ThreadWork & { begun: MessagePort };

/** Errors cross threads as data: cloning one would lose its class and code. */
export type WorkerAnswer = { memory: ArrayBuffer | undefined } & (
  | { kind: 'result'; result: PreparationResult }
  | { kind: 'recognised'; recognition: Recognition }
  | { kind: 'invalid'; message: string; remedy: string | undefined }
);

/** Decoded pixels do not leave the thread. */
function allocate(words: number): Uint16Array {
  return new Uint16Array(threadMemory(2 * words), 0, words);
}

/** What a thread does for `PreparationPool`. */
export async function prepare(task: WorkerTask): Promise<WorkerAnswer> {
  task.begun.postMessage(undefined);
  const memory = task.returned ? (task.bytes.buffer as ArrayBuffer) : undefined;
  if (task.kind === 'recognise') {
    return moved({ kind: 'recognised', recognition: recogniseInstance(task.bytes), memory });
  }
  try {
    const result = await prepareInstance(evenlyPlaced(task.bytes), task.task, {
      overwrite: true,
      allocate,
    });
    return moved({ kind: 'result', result, memory });
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return moved({ kind: 'invalid', message: error.message, remedy: error.remedy, memory });
  }
}

/** Cut from a multipart answer, a file may start at an odd place, and its words could not be read where they lie. */
function evenlyPlaced(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset % 2 === 0) return bytes;
  return new Uint8Array(buffer, byteOffset - 1, byteLength + 1).copyWithin(0, 1).subarray(0, byteLength);
}

/** Has the large arrays handed over instead of copied. */
function moved(answer: WorkerAnswer): WorkerAnswer {
  const buffers = answer.memory === undefined ? [] : [answer.memory];
  if (answer.kind === 'result' && answer.result.kind === 'prepared') {
    const { input, display } = answer.result.image;
    buffers.push(input.buffer as ArrayBuffer, display.pixels.buffer as ArrayBuffer);
  }
  return Piscina.move({
    get [Piscina.transferableSymbol]() {
      return buffers;
    },
    get [Piscina.valueSymbol]() {
      return answer;
    },
  } as unknown as ArrayBuffer) as unknown as WorkerAnswer;
}
