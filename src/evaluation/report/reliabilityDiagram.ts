import { numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Evaluation } from '../types.js';
import { chance, column, FRACTIONS, forest, plot, upright } from './plot.js';
import { countCell, number, percent, phrase } from './words.js';

/** Whether a probability of 70 % means seven of ten. */
export function calibration(evaluation: Evaluation): Html {
  const { calibration: found, levels, model } = evaluation;
  const most = Math.max(...found.image.map(({ count }) => count));
  const { errorByChance } = found;
  const told = levels.image.calibrationError.value ?? 0;
  const verdict =
    told <= errorByChance.upper
      ? 'It is no larger than chance would explain: nothing here speaks against the calibration.'
      : 'It is larger than chance would explain: the probabilities are off, see in the diagram where.';
  return html`<h2 id="calibration">Whether its probabilities mean what they say</h2>
<p>Of all images to which the model gives about 70 %, 70 % should be ${model.classes[1]}. The calibration error (ECE)
is the mean distance from that, ${phrase(levels.image.calibrationError, 3)} by image. On so few images even a perfect
model shows some: ${number(errorByChance.mean, 3)} on average and up to ${number(errorByChance.upper, 3)} in 95 of 100
cases. ${verdict}</p>
<p>The Brier score, which joins calibration and discrimination, is ${phrase(levels.image.brierScore, 3)}; always saying
“${percent(found.prevalence)}” would give ${number(found.brierOfPrevalence, 3)}. On average the model says
${percent(found.meanProbability)}, and ${percent(found.prevalence)} are ${model.classes[1]}. Where ${model.classes[1]}
cases are rarer than here, as in screening, all probabilities are too high.</p>
<div class="figures">${(
    [
      ['by image', found.image],
      ['by patient', found.patient],
    ] as const
  ).map(
    ([level, bins]) =>
      html`<figure><h3>Reliability, ${level}</h3>${plot(
        {
          title: `Reliability diagram ${level}`,
          description: bins
            .map(
              (bin) =>
                `said ${percent(bin.meanProbability)}, found ${percent(bin.positiveFraction)} of ` +
                numberText(bin.count),
            )
            .join('; '),
          x: { label: 'Probability said', from: 0, to: 1, ticks: FRACTIONS },
          y: { label: `Fraction ${model.classes[1]}`, from: 0, to: 1, ticks: FRACTIONS },
        },
        (scale) => [
          chance(scale, [0, 0], [1, 1]),
          ...(level === 'by image'
            ? bins.map((bin) =>
                column(scale, bin.from + 0.01, bin.to - 0.01, 0, (0.16 * bin.count) / most, 'band'),
              )
            : []),
          ...bins.map((bin) =>
            upright(
              scale,
              [bin.meanProbability, bin.positiveFraction],
              bin.interval,
              3.5 + 3.5 * Math.sqrt(Math.min(1, bin.count / most)),
            ),
          ),
        ],
      )}<figcaption>On the dotted line probabilities are right; above it the model says too little, below too much.
Bars are 95 % intervals${
        level === 'by image' ? '; the shaded columns show how many images lie where' : ''
      }.</figcaption>
</figure>`,
  )}</div>`;
}

const AUC_AXIS = {
  label: 'AUC, images (their number at the right)',
  from: 0.3,
  to: 1.06,
  ticks: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
};

/** Whether it does as well for all. */
export function subgroups({ subgroups: groups, levels }: Evaluation): Html {
  if (groups.length === 0)
    return html`<h2 id="subgroups">Subgroups</h2><p>The labels file has no column that parts the images, such as site,
side or view.</p>`;
  const rows = [
    {
      label: 'all images',
      value: levels.image.auc.value,
      interval: levels.image.auc.interval,
      note: numberText(levels.image.count),
    },
    ...groups.map(({ column: name, value, auc, images, tooFew }) => ({
      label: `${name} ${value}`,
      value: auc.value,
      interval: auc.interval,
      note: tooFew ? `${numberText(images)}, too few` : numberText(images),
    })),
  ];
  const operating = groups.filter(({ tooFew }) => !tooFew);
  return html`<h2 id="subgroups">Whether it does as well for all</h2>
<p>Intervals of subgroups are wide, and among many some stand out by chance. A group whose interval does not meet the
others’ deserves a closer look.</p>
<figure class="wide"><h3>AUC by subgroup</h3><div class="across">
${forest('AUC by subgroup', rows, AUC_AXIS, 0.5)}
</div><figcaption>Dotted: guessing.</figcaption></figure>
${
  operating.length === 0
    ? []
    : html`<div class="scroll"><table><caption>At the operating point, images.</caption><thead><tr><th>Subgroup</th>
<th class="number">images (positive)</th><th class="number">patients</th><th class="number">sensitivity</th>
<th class="number">specificity</th></tr></thead>
<tbody>${operating.map(
        (group) => html`<tr><th scope="row">${group.column} ${group.value}</th>
${countCell(group.images, group.positives)}${countCell(group.patients)}<td class="number">
${phraseShort(group.sensitivity)}</td><td class="number">${phraseShort(group.specificity)}</td></tr>`,
      )}</tbody></table>
</div>`
}`;
}

function phraseShort({
  value,
  interval,
}: {
  value: number | null;
  interval: readonly [number, number] | null;
}): string {
  if (value === null) return '–';
  return `${number(value)}${interval === null ? '' : ` (${number(interval[0])} to ${number(interval[1])})`}`;
}
