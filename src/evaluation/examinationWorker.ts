import { MamoriError } from '../errors.js';
import { type Examination, type ExaminationTask, examine } from './examination.js';

/** Errors cross threads as data: cloning one would lose its class and code. */
export type WorkerAnswer =
  | { kind: 'examined'; examination: Examination }
  | { kind: 'refused'; code: string; message: string; remedy: string | undefined };

export default async function work(task: ExaminationTask): Promise<WorkerAnswer> {
  try {
    return { kind: 'examined', examination: await examine(task) };
  } catch (error) {
    if (!(error instanceof MamoriError)) throw error;
    const { code, message, remedy } = error;
    return { kind: 'refused', code, message, remedy };
  }
}
