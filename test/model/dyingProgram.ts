import { serveNetwork } from '../../src/model/engines/serveNetwork.js';

/** A network that answers with the size of its input; its thread ends when the input is 13, and hangs when it is 14. */
await serveNetwork(async () => ({
  device: 'cpu',
  note: '',
  async run(inputs) {
    if (inputs[0] === 13) process.exit(1);
    if (inputs[0] === 14) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    const copy = () => inputs.map(Math.abs);
    return { probability: copy(), activations: copy(), gradients: copy(), featureShape: [1, 1, 1] };
  },
  async close() {},
}));
