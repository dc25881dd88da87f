import { parentPort, workerData } from 'node:worker_threads';
import { crossing } from './crossing.js';
import type { FromThread, ToThread } from './orderedThread.js';

/** What a program keeps open in its thread. */
export interface OrderedService<Opened, Question, Answer> {
  /** Said to the other side once. */
  opened: Opened;
  answer(question: Question): Promise<Answer>;
  /** The buffers of an answer that are given away instead of copied; each once. */
  transferred(answer: Answer): ArrayBuffer[];
  close(): Promise<void>;
}

/** The loop of an `OrderedThread`'s program: opens, then answers one question after another until it is closed. */
export async function serveInOrder<Setup, Opened, Question, Answer>(
  open: (setup: Setup) => Promise<OrderedService<Opened, Question, Answer>>,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this program runs in a worker thread only');
  const say = (message: FromThread<Opened, Answer>, transfer: ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);

  let service: OrderedService<Opened, Question, Answer>;
  try {
    service = await open(workerData as Setup);
  } catch (error) {
    say({ kind: 'not-ready', error: crossing(error) });
    port.close();
    return;
  }

  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: ToThread<Question>) => {
    last = last.then(async () => {
      if (message.kind === 'close') {
        await service.close();
        port.close();
        return;
      }
      const { id, question } = message;
      try {
        const answer = await service.answer(question);
        say({ kind: 'answer', id, answer }, service.transferred(answer));
      } catch (error) {
        say({ kind: 'failed', id, error: crossing(error) });
      }
    });
  });
  say({ kind: 'ready', opened: service.opened });
}
