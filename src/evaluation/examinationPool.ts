import { availableParallelism } from 'node:os';
import { DatasetError } from '../dataset/index.js';
import { ImageError } from '../image/index.js';
import { ThreadError, ThreadPool } from '../threads/index.js';
import { EvaluationError } from './errors.js';
import type { Examination, ExaminationTask } from './examination.js';

type Tasks = typeof import('./examinationTasks.js');

/** Fewer are not worth the start of a thread. */
const IMAGES_PER_THREAD = 40;

/** Examines images in threads: reading and preparing them takes longer than the network. */
export class ExaminationPool {
  readonly #pool: ThreadPool<Tasks>;

  /** @param images how many are to be expected: for a few a second thread would only take time to start */
  constructor(images: number) {
    this.#pool = new ThreadPool<Tasks>(new URL('./examinationTasks.js', import.meta.url), {
      threads: Math.max(1, Math.min(4, availableParallelism(), Math.ceil(images / IMAGES_PER_THREAD))),
      idleMs: 5_000,
      errors: [DatasetError, ImageError],
    });
  }

  /** @throws EvaluationError with the image's own code, naming the file */
  async examine(task: ExaminationTask): Promise<Examination> {
    try {
      return await this.#pool.run('examine', task);
    } catch (error) {
      if (!(error instanceof DatasetError || error instanceof ImageError || error instanceof ThreadError))
        throw error;
      const { code, message, remedy } = error;
      // What is wrong with a file is told with its name already.
      const told = message.startsWith(task.file) ? message : `${task.file}: ${message}`;
      throw new EvaluationError(code, told, {
        remedy: remedy ?? 'Take its line out of the labels file, or give a readable image.',
        cause: error,
      });
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
