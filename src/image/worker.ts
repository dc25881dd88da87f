import { Piscina } from 'piscina';
import type { Recognition } from '../dicom/index.js';
import { ImageError } from './errors.js';
import {
  type PreparationResult,
  type PreparationTask,
  prepareInstance,
  recogniseInstance,
} from './prepareInstance.js';

/** What the pool asks of a thread. */
export type WorkerTask =
  | { kind: 'prepare'; bytes: Uint8Array; task: PreparationTask }
  | { kind: 'recognise'; bytes: Uint8Array };

/** Errors cross threads as data: cloning one would lose its class and code. */
export type WorkerAnswer =
  | { kind: 'result'; result: PreparationResult }
  | { kind: 'recognised'; recognition: Recognition }
  | { kind: 'invalid'; message: string; remedy: string | undefined };

export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  if (task.kind === 'recognise') return { kind: 'recognised', recognition: recogniseInstance(task.bytes) };
  try {
    const result = await prepareInstance(task.bytes, task.task, { overwrite: true });
    return moved({ kind: 'result', result }, result);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { kind: 'invalid', message: error.message, remedy: error.remedy };
  }
}

/** Has the large arrays handed over instead of copied. */
function moved(answer: WorkerAnswer, result: PreparationResult): WorkerAnswer {
  if (result.kind !== 'prepared') return answer;
  const { input, display } = result.image;
  return Piscina.move({
    get [Piscina.transferableSymbol]() {
      return [input.buffer, display.pixels.buffer];
    },
    get [Piscina.valueSymbol]() {
      return answer;
    },
  } as unknown as ArrayBuffer) as unknown as WorkerAnswer;
}
