/**
 * Weights that a training begins from. `safetensors.ts` reads the file that scripts/makeSafetensors.py makes of a
 * published network; which array goes into which layer is the network's own affair (`networks/efficientNetLite.ts`).
 */
export { readSafetensors, type StoredTensor } from './safetensors.js';
