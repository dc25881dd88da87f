import { serveNetwork } from '../../src/model/engines/serveNetwork.js';

/** A network that answers with the size of its input, and whose thread ends when the input is 13. */
await serveNetwork(async () => ({
  device: 'cpu',
  note: '',
  async run(inputs) {
    if (inputs[0] === 13) process.exit(1);
    const copy = () => inputs.map(Math.abs);
    return { probability: copy(), activations: copy(), gradients: copy(), featureShape: [1, 1, 1] };
  },
  async close() {},
}));
