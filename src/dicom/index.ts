export type { Code } from './codes.js';
export {
  type Intent,
  type Laterality,
  type RawAttribute,
  type SourceInstance,
  type StandardView,
  standardView,
  type View,
} from './source.js';
