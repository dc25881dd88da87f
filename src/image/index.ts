export { type ClaheOptions, clahe } from './clahe.js';
export { decodePixels, isDecodable, type StoredPixels } from './codecs/index.js';
export { ImageError, type ImageErrorCode } from './errors.js';
export { fromSource, type Place, toSource } from './geometry.js';
export type * from './types.js';
