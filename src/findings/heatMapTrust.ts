import type { Bundle } from '../model/index.js';

/**
 * How far a model's heat maps may be trusted: `passed` their checks; `unchecked`, nobody has looked; `withheld`, they
 * failed and nothing is drawn or marked; `failed`, they did and are drawn because the settings insist.
 */
export type HeatMapTrust = 'passed' | 'unchecked' | 'withheld' | 'failed';

export function heatMapTrust(
  { heatMaps }: Pick<Bundle, 'heatMaps'>,
  failedHeatMaps: 'withhold' | 'draw' = 'withhold',
): HeatMapTrust {
  if (heatMaps === undefined) return 'unchecked';
  if (heatMaps.passed) return 'passed';
  return failedHeatMaps === 'draw' ? 'failed' : 'withheld';
}

/** What must be said beside everything that is drawn or marked, or would be, as a sentence; undefined where nothing. */
export function heatMapCaution(trust: HeatMapTrust): string | undefined {
  switch (trust) {
    case 'passed':
      return undefined;
    case 'unchecked':
      return "Nobody has checked whether this model's heat maps show what its answers rest on.";
    case 'withheld':
      return "This model's heat maps failed their checks: no place is drawn or marked.";
    case 'failed':
      return "This model's heat maps FAILED THEIR CHECKS: do not trust the places that are drawn and marked.";
  }
}
