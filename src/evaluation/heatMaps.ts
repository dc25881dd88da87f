import { countText } from '../countText.js';
import { type ExplanationChecks, perturbationVerdict } from './explanation/index.js';
import type { Localisation } from './localisation/index.js';

/** Whether the heat maps may be shown, and what was found: as a bundle records it (`heatMaps`). Printable ASCII. */
export interface HeatMapVerdict {
  passed: boolean;
  found: string;
}

const percent = (share: number | null) => `${Math.round(100 * (share ?? 0))} %`;

/**
 * Heat maps pass where they depend on what the network has learnt, and point at lesions better than chance. Where no
 * boxes were given, covering or uncovering their hot places must matter instead.
 *
 * @returns null where nothing of it was measured
 */
export function heatMapVerdict(
  localisation: Localisation | null,
  checks: ExplanationChecks | null,
): HeatMapVerdict | null {
  if (localisation === null && checks === null) return null;
  const parts: { good: boolean | undefined; text: string }[] = [];
  if (localisation !== null) {
    const { value, interval, chance } = localisation.peakInLesion;
    parts.push({
      good: (interval?.[0] ?? 0) > (chance ?? 1),
      text:
        `peak in a malignant lesion on ${percent(value)} of ${countText(localisation.images, 'image')} ` +
        `(chance ${percent(chance)})`,
    });
  }
  if (checks !== null) {
    const { randomised, perturbation, planted } = checks;
    if (randomised !== null) {
      const correlation = randomised.correlation.value;
      parts.push({
        good: correlation === null ? undefined : correlation <= 0.5,
        text: `rank correlation ${correlation?.toFixed(2) ?? 'not measurable'} with shuffled weights`,
      });
    }
    const verdicts = (['deletion', 'insertion'] as const).map((which) =>
      perturbation === null ? 'not measured' : perturbationVerdict(perturbation, which),
    );
    parts.push({
      good: localisation === null ? verdicts.includes('shown') : undefined,
      text: `deletion ${verdicts[0]}, insertion ${verdicts[1]}`,
    });
    const hits = Math.max(planted.gradCamHits, planted.integratedHits);
    const masses = countText(planted.views.length, 'planted mass', 'planted masses');
    parts.push({ good: undefined, text: `${hits} of ${masses} found` });
  }
  const found = parts.map(({ text }) => text).join('; ');
  return { passed: parts.every(({ good }) => good !== false), found };
}
