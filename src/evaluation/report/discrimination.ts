import { numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Performance } from '../performance.js';
import type { Evaluation } from '../types.js';
import { band, chance, column, curve, FRACTIONS, plot } from './plot.js';
import { cell, countCell, number, percent, phrase } from './words.js';

const square = { ticks: FRACTIONS, from: 0, to: 1 };

/** ROC, precision-recall, answers by class, the paper's table, the confusion matrix, all levels. */
export function discrimination(evaluation: Evaluation): Html {
  const { levels, table, curves, model } = evaluation;
  const [negative, positive] = model.classes;
  const { confusion } = levels.image.atOperatingPoint;
  const rows: [string, (typeof table.classes)[number]['row']][] = [
    ...table.classes.map(({ name, row }): [string, typeof row] => [name, row]),
    ['macro average', table.macroAverage],
    ['weighted average', table.weightedAverage],
  ];
  return html`<h2 id="discrimination">How well it tells ${positive} from ${negative}</h2>
<p>The AUC is the chance that a randomly taken ${positive} case gets a higher probability than a ${negative} one: 0.5
is guessing, 1 is perfect. By patient it is ${phrase(levels.patient.auc)}, by image ${phrase(levels.image.auc)}.</p>
<div class="figures">
<figure><h3>ROC curve</h3>${rocPlot(evaluation)}<figcaption>Every threshold trades sensitivity for false alarms. Solid:
by patient with its 95 % band; dashed: by image. The ring is the operating point on the images’ curve; the dotted
diagonal is guessing.</figcaption></figure>
<figure><h3>Precision and recall</h3>${plot(
    {
      title: 'Precision-recall curve',
      description: `Average precision ${phrase(levels.image.averagePrecision)} by image`,
      x: { label: `Recall (sensitivity)`, ...square },
      y: { label: `Precision (positive predictive value)`, ...square },
    },
    (scale) => [
      chance(
        scale,
        [0, levels.image.positives / levels.image.count],
        [1, levels.image.positives / levels.image.count],
      ),
      curve(scale, curves.patient.precisionRecall),
      curve(scale, curves.image.precisionRecall, 'first dashed'),
    ],
  )}<figcaption>Solid: by patient; dashed: by image; dotted: what guessing gives on these images. Average precision by
image ${phrase(levels.image.averagePrecision)}. Precision depends on how common ${positive} cases are: here
${percent(levels.image.positives / levels.image.count)} of the images, in screening less than 1 %.</figcaption></figure>
<figure><h3>Answers by class</h3>${histogramPlot(evaluation)}<figcaption>How many images got which probability:
${negative} downwards, ${positive} upwards. The dotted line is the operating point. The less they overlap the
better.</figcaption></figure>
<figure><h3>Confusion matrix</h3>${confusionPlot(evaluation)}<figcaption>Images at the operating point of
${number(model.operatingPoint)}. Of ${numberText(confusion.truePositive + confusion.falseNegative)} ${positive}
images ${numberText(confusion.falseNegative)} were missed, of
${numberText(confusion.trueNegative + confusion.falsePositive)} ${negative} ones
${numberText(confusion.falsePositive)} were false alarms.</figcaption></figure>
</div>
<div class="scroll"><table><caption>By class, images at the operating point. The form of the table is that of the paper
which Mamori starts from.</caption>
<thead><tr><th></th><th class="number">precision</th><th class="number">recall</th><th class="number">F1</th>
<th class="number">support</th></tr></thead><tbody>
${rows.map(
  ([name, row], index) => html`<tr class="${index === 2 ? 'sum' : ''}"><th scope="row">${name}</th>
<td class="number">${number(row.precision)}</td><td class="number">${number(row.recall)}</td><td class="number">
${number(row.f1)}</td><td class="number">${numberText(row.support)}</td></tr>`,
)}
<tr><th scope="row">accuracy</th><td></td><td></td><td class="number">${number(table.accuracy)}</td><td class="number">
${numberText(table.macroAverage.support)}</td></tr></tbody></table></div>
${levelsTable(evaluation)}`;
}

/** The ROC curve alone, for the page and for a README. */
export function rocPlot({ levels, curves }: Evaluation): Html {
  const { sensitivity, specificity } = levels.image.atOperatingPoint;
  return plot(
    {
      title: 'ROC curve',
      description: `AUC by patient ${phrase(levels.patient.auc)}; by image ${phrase(levels.image.auc)}`,
      x: { label: '1 − specificity (false alarms)', ...square },
      y: { label: 'Sensitivity', ...square },
    },
    (scale) => [
      chance(scale, [0, 0], [1, 1]),
      band(scale, curves.patient.rocBand),
      curve(scale, curves.patient.roc),
      curve(scale, curves.image.roc, 'first dashed'),
      html`<circle class="mark" r="6" cx="${scale.x(1 - (specificity.value ?? 0))}"
cy="${scale.y(sensitivity.value ?? 0)}"/>`,
    ],
  );
}

function histogramPlot({ histogram, model }: Evaluation): Html {
  const most = Math.max(...histogram.negative, ...histogram.positive);
  const step = Math.max(1, 10 ** Math.floor(Math.log10(most / 2)));
  const tick = most / step > 6 ? step * 5 : most / step > 3 ? step * 2 : step;
  const ticks: number[] = [];
  for (let value = -Math.floor(most / tick) * tick; value <= most; value += tick) ticks.push(value);
  const width = 1 / histogram.negative.length;
  return plot(
    {
      title: 'Images by probability and class',
      description:
        `${model.classes[0]}: ${histogram.negative.join(', ')}; ${model.classes[1]}: ` +
        `${histogram.positive.join(', ')} images in twenty bins from 0 to 1`,
      x: { label: `Probability of ${model.classes[1]}`, ...square },
      y: { label: 'Images', from: -most, to: most, ticks, format: (value) => String(Math.abs(value)) },
    },
    (scale) => [
      ...histogram.positive.map((count, i) =>
        column(scale, i * width, (i + 0.92) * width, 0, count, 'fill-second half'),
      ),
      ...histogram.negative.map((count, i) =>
        column(scale, i * width, (i + 0.92) * width, -count, 0, 'fill-first half'),
      ),
      chance(scale, [model.operatingPoint, -most], [model.operatingPoint, most]),
      html`<text x="${scale.x(0.98)}" y="${scale.y(most) + 14}" text-anchor="end">${model.classes[1]}</text>
<text x="${scale.x(0.02)}" y="${scale.y(-most) - 6}">${model.classes[0]}</text>`,
    ],
  );
}

function confusionPlot({ levels, model }: Evaluation): Html {
  const { truePositive, falsePositive, trueNegative, falseNegative } =
    levels.image.atOperatingPoint.confusion;
  const [negative, positive] = model.classes;
  const cells = [
    { row: 0, column: 0, count: trueNegative, of: trueNegative + falsePositive, right: true },
    { row: 0, column: 1, count: falsePositive, of: trueNegative + falsePositive, right: false },
    { row: 1, column: 0, count: falseNegative, of: truePositive + falseNegative, right: false },
    { row: 1, column: 1, count: truePositive, of: truePositive + falseNegative, right: true },
  ];
  const description =
    `${numberText(trueNegative)} ${negative} right, ${numberText(falsePositive)} ${negative} called ${positive}, ` +
    `${numberText(falseNegative)} ${positive} called ${negative}, ${numberText(truePositive)} ${positive} right`;
  return html`<svg viewBox="0 0 420 380" role="img" aria-label="Confusion matrix. ${description}">
${cells.map(({ row, column: at, count, of, right }) => {
  const share = of === 0 ? 0 : count / of;
  const [x, y] = [100 + at * 154, 48 + row * 148];
  const opacity = (0.1 + 0.5 * share).toFixed(2);
  return html`<rect class="${right ? 'fill-accent' : 'fill-second'}" fill-opacity="${opacity}"
x="${x}" y="${y}" width="150" height="144" rx="6"/>
<text x="${x + 75}" y="${y + 70}" text-anchor="middle" style="font-size:26px">${numberText(count)}</text>
<text x="${x + 75}" y="${y + 94}" text-anchor="middle">${percent(share)} of row</text>`;
})}
<text x="252" y="18" text-anchor="middle">answer</text><text x="175" y="38" text-anchor="middle">${negative}</text>
<text x="329" y="38" text-anchor="middle">${positive}</text>
<text x="92" y="124" text-anchor="end">${negative}</text><text x="92" y="272" text-anchor="end">${positive}</text>
<text transform="translate(14 195) rotate(-90)" text-anchor="middle">label</text></svg>`;
}

function levelsTable({ levels }: Evaluation): Html {
  const shown: [string, Performance][] = [
    ['image', levels.image],
    ...(levels.breast === null ? [] : [['breast', levels.breast] as [string, Performance]]),
    ['patient', levels.patient],
  ];
  const lines: [string, (one: Performance) => Html][] = [
    ['number (positive)', (one) => countCell(one.count, one.positives)],
    ['AUC', (one) => cell(one.auc)],
    ['average precision', (one) => cell(one.averagePrecision)],
    ['sensitivity at 90 % specificity', (one) => cell(one.sensitivityAt90Specificity)],
    ['specificity at 90 % sensitivity', (one) => cell(one.specificityAt90Sensitivity)],
    ['at the operating point: sensitivity', (one) => cell(one.atOperatingPoint.sensitivity)],
    ['specificity', (one) => cell(one.atOperatingPoint.specificity)],
    ['positive predictive value', (one) => cell(one.atOperatingPoint.positivePredictiveValue)],
    ['negative predictive value', (one) => cell(one.atOperatingPoint.negativePredictiveValue)],
    ['accuracy', (one) => cell(one.atOperatingPoint.accuracy)],
    ['calibration error (ECE)', (one) => cell(one.calibrationError, 3)],
    ['Brier score', (one) => cell(one.brierScore, 3)],
  ];
  return html`<h3>By image, breast and patient</h3>
<p>One patient counts as ${'positive'} in truth where any image does. The two lines “at 90 %” read a threshold off
these very data: they say what is possible, the lines at the operating point what the service
does.${levels.breast === null ? ' Breasts are not told apart, as the labels file has no side for each image.' : ''}</p>
<div class="scroll"><table><thead><tr><th></th>${shown.map(([name]) => html`<th class="number">${name}</th>`)}</tr>
</thead>
<tbody>${lines.map(([name, of]) => html`<tr><th scope="row">${name}</th>${shown.map(([, one]) => of(one))}</tr>`)}
</tbody></table></div>`;
}
