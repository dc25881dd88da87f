/**
 * The model side: a checked bundle, the engine that runs it, and how answers about images become one about the
 * exam. Training and export have their own ways in (training/, export/), because the service never needs them.
 */
export { aggregate } from './aggregation.js';
export { loadBundle } from './bundle.js';
export { calibrate } from './calibration.js';
export { type EngineChoice, openEngine } from './engines/open.js';
export { ModelError } from './errors.js';
export type * from './types.js';
