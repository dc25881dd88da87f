import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { EvaluationError } from './errors.js';
import type { Examination, ExaminationTask } from './examination.js';
import type { WorkerAnswer } from './examinationWorker.js';

/** Fewer are not worth the start of a thread. */
const IMAGES_PER_THREAD = 40;

/** Examines images in threads: reading and preparing them takes longer than the network. */
export class ExaminationPool {
  readonly #pool: Piscina<ExaminationTask, WorkerAnswer>;

  /** @param images how many are to be expected: for a few a second thread would only take time to start */
  constructor(images: number) {
    this.#pool = new Piscina({
      filename: new URL('./examinationWorker.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: Math.min(4, availableParallelism(), Math.ceil(images / IMAGES_PER_THREAD)),
      idleTimeout: 5_000,
    });
  }

  /** @throws EvaluationError with the image's own code, naming the file */
  async examine(task: ExaminationTask): Promise<Examination> {
    const answer = await this.#pool.run(task);
    if (answer.kind === 'examined') return answer.examination;
    const { message } = answer;
    // What is wrong with a file is told with its name already.
    const told = message.startsWith(task.file) ? message : `${task.file}: ${message}`;
    throw new EvaluationError(answer.code, told, {
      remedy: answer.remedy ?? 'Take its line out of the labels file, or give a readable image.',
    });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
