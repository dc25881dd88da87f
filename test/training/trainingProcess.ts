import { plainTensorflow } from '../../src/model/tensorflowRuntime.js';
import type { TrainingOptions } from '../../src/training/training.js';
import { train } from '../../src/training/training.js';
import { addSmallNetwork } from './spots.js';

/**
 * A training in a process of its own: `node training-process.js OPTIONS [javascript]`. Tells its stages and epochs on
 * stdout, and the code and the remedy of what it ended with.
 */
const [options, backend] = process.argv.slice(2);
addSmallNetwork();
try {
  await train(
    JSON.parse(options!) as TrainingOptions,
    {
      stage: (what) => console.log(what),
      prepared() {},
      epoch: ({ epoch }) => console.log(`epoch ${epoch}`),
    },
    backend === 'javascript' ? await plainTensorflow() : undefined,
  );
  console.log('whole');
} catch (error) {
  const { code, message, remedy } = error as { code?: string; message: string; remedy?: string };
  console.log(`${code}: ${message}\n${remedy}`);
}
