import type { LeftAlone } from './mammogram.js';
import { type SourceInstance, standardView } from './source.js';

/**
 * Which images of an exam are analysed. Where a view has images For Presentation, those For Processing show the
 * same exposures before the vendor's processing and are left out; several of one intent are all analysed.
 */
export function chooseInstances(sources: readonly SourceInstance[]): {
  chosen: SourceInstance[];
  leftOut: LeftAlone[];
} {
  const presented = new Set(sources.filter((one) => one.intent === 'presentation').map(standardView));
  const superseded = (one: SourceInstance) => one.intent === 'processing' && presented.has(standardView(one));
  return {
    chosen: sources.filter((one) => !superseded(one)),
    leftOut: sources.filter(superseded).map((one) => ({
      sopClassUID: one.sopClassUID,
      sopInstanceUID: one.sopInstanceUID,
      seriesInstanceUID: one.seriesInstanceUID,
      code: 'for-processing-superseded',
      reason: `For Processing; the exam has an image For Presentation of ${standardView(one)}`,
    })),
  };
}
