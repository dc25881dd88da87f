export type * from './types.js';
export { fromSource, type Place, toSource } from './geometry.js';
