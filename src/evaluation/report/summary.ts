import { countText, numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Evaluation } from '../types.js';
import { tells } from '../warnings.js';
import { figure, intervalText, number, percent } from './words.js';

/** Name, warnings and the few figures that are looked for first. */
export function summary(evaluation: Evaluation): Html {
  const { model, data, levels, shortcuts, warnings, calibration, machines, exam } = evaluation;
  const { patient, image } = levels;
  const spread = shortcuts.orientation.spread;
  const learned = shortcuts.learned.at(-1)!;
  const cards: [title: string, value: string, text: string][] = [
    [
      'AUC within one machine',
      figure(machines.within),
      `by image, 95 % interval ${intervalText(machines.within)}${
        machines.known ? '' : '; the labels name no machines, so all count as one'
      }${
        machines.spread === null
          ? ''
          : `; from machine to ` +
            `machine ${number(machines.spread.lowest)} to ${number(machines.spread.highest)}`
      }`,
    ],
    [
      'AUC by exam, one breast each',
      figure(exam.auc),
      `95 % interval ${intervalText(exam.auc)}, ${countText(exam.patients, 'patient')}, each with as much to look at`,
    ],
    [
      'AUC by patient',
      figure(patient.auc),
      `95 % interval ${intervalText(patient.auc)}, ${countText(patient.count, 'patient')}`,
    ],
    [
      'AUC by image',
      figure(image.auc),
      `95 % interval ${intervalText(image.auc)}, ${countText(image.count, 'image')}`,
    ],
    [
      'Sensitivity, specificity',
      `${figure(image.atOperatingPoint.sensitivity)}, ${figure(image.atOperatingPoint.specificity)}`,
      `by image at the operating point of ${number(model.operatingPoint)}; 95 % intervals ` +
        `${intervalText(image.atOperatingPoint.sensitivity)}, ${intervalText(image.atOperatingPoint.specificity)}`,
    ],
    [
      'Sensitivity at 90 % specificity',
      figure(patient.sensitivityAt90Specificity),
      `by patient, 95 % interval ${intervalText(patient.sensitivityAt90Specificity)}; the other way round ` +
        `${figure(patient.specificityAt90Sensitivity)}`,
    ],
    [
      'Calibration error (ECE)',
      figure(image.calibrationError, 3),
      `95 % interval ${intervalText(image.calibrationError, 3)}; chance alone would give ` +
        `${number(calibration.errorByChance.mean, 3)}`,
    ],
    [
      'Brier score',
      figure(image.brierScore, 3),
      `95 % interval ${intervalText(image.brierScore, 3)}; always saying ${percent(calibration.prevalence)} would ` +
        `give ${number(calibration.brierOfPrevalence, 3)}`,
    ],
    [
      'Spread over orientations',
      number(spread.mean, 3),
      `mean of one image in its eight orientations; worst ${number(spread.worst.spread, 3)}`,
    ],
    [
      'Without the breast',
      figure(shortcuts.shortcuts.at(-1)!.auc),
      `AUC when the breast is painted over, ${intervalText(shortcuts.shortcuts.at(-1)!.auc)}; ` +
        `${tells(shortcuts.shortcuts.at(-1)!.auc.interval) ? 'it should be 0.5' : 'not told from chance, 0.5'}`,
    ],
    [
      'Grey levels without any form',
      figure(learned.auc),
      learned.auc.interval === null
        ? 'too few patients to learn a rule from'
        : `AUC of plain statistics of what the network gets, ${intervalText(learned.auc)}; ` +
          `${tells(learned.auc.interval) ? 'it should be 0.5' : 'not told from chance, 0.5'}`,
    ],
  ];
  return html`<header><h1>Evaluation of ${model.name} ${model.version}</h1>
<p class="lead">${countText(data.images, 'image')} of ${countText(data.patients, 'patient')},
${countText(data.positiveImages, 'image')} ${model.classes[1]} and
${numberText(data.images - data.positiveImages)} ${model.classes[0]}${
    data.description === 'not stated'
      ? ''
      : html`. Data:
${data.description}`
  }</p>
<p class="lead">${whichPatients(evaluation)}</p></header>
<section aria-label="In three sentences">${evaluation.headline.map(
    (sentence) => html`<p class="headline">${sentence}
</p>`,
  )}</section>
${warnings.map(
  (
    warning,
    index,
  ) => html`<p class="note ${index === 0 && evaluation.protocol === 'by-image' ? 'bad' : 'warn'}" role="note">${warning}
</p>`,
)}
<div class="cards">${cards.map(
    ([title, value, text]) => html`<div class="card"><h3>${title}</h3>
<p class="value">${value}</p><p class="quiet">${text}</p></div>`,
  )}</div>
<p>Read first whether anything but lesions could explain the figures (<a href="#shortcuts">shortcut checks</a>), then
how sure each figure is: an interval that is wide says that more patients are needed, not that the model is good or
bad. The probability speaks of “${model.classes[1]}”. ${model.purpose}</p>`;
}

function whichPatients({ data: { selection }, protocol }: Evaluation): string {
  const { evaluated, leftOut, known, rule } = selection;
  const out = leftOut.training + leftOut.validation;
  const how = {
    recorded: 'the bundle names them',
    'from-seed': "repeated from the bundle's seed",
    unknown: '',
  }[known];
  if (protocol === 'by-image') return 'Protocol: split by image (leaking).';
  if (known === 'unknown') return 'Protocol: by patient. All patients of the labels file were evaluated.';
  const parts = [
    evaluated.test > 0 ? `${numberText(evaluated.test)} of the test part, which its maker kept for this` : '',
    evaluated.unseen > 0 ? `${numberText(evaluated.unseen)} that its maker never had` : '',
    evaluated.training > 0 ? `${numberText(evaluated.training)} that it was trained on` : '',
    evaluated.validation > 0 ? `${numberText(evaluated.validation)} used for calibration and choice` : '',
  ].filter((part) => part !== '');
  const left =
    out > 0 ? ` Left out: ${countText(out, 'patient')} that the model was made from (${how}).` : '';
  return (
    `Protocol: by patient${rule === 'list' ? ', from a list' : ''}. Patients evaluated: ` +
    `${parts.join('; ')}.${left}`
  );
}

/** The last part: how all this was made. */
export function method(evaluation: Evaluation): Html {
  const { model, engine, seed, bootstrapRounds, data, worst } = evaluation;
  const steps = model.input.preparation.map(({ step }) => step).join(', ');
  return html`<h2 id="method">How it was made</h2>
<p>Every interval is a 95 % percentile bootstrap over patients: ${numberText(bootstrapRounds)} times as many patients as
there are were drawn with replacement, each with all images, because images of one patient resemble each other. Where
patients are too few for that, or every sample gives the same figure, there is none. The operating point and the
calibration come from the bundle, which set them on other patients.</p>
<dl><dt>Model</dt><dd>${model.name} ${model.version}, ${model.manufacturer}; network ${model.network}</dd>
<dt>Bundle's digest</dt><dd><code>${model.digest}</code></dd>
<dt>Preparation</dt><dd>${steps}; ${model.input.rows} × ${model.input.columns} × ${model.input.channels}</dd>
<dt>Joined</dt><dd>images of a breast by their ${model.aggregation.breast}, breasts of a patient by their
${model.aggregation.exam}</dd>
<dt>Engine</dt><dd>${engine.name} on ${engine.device}</dd>
<dt>Labels' digest</dt><dd><code>${data.digest}</code></dd>
<dt>Seed</dt><dd>${seed}; the same seed, bundle, data and engine give this page again</dd>
<dt>Limits stated by its maker</dt><dd>${model.limits.join(' ')}</dd></dl>
${
  worst.length === 0
    ? []
    : html`<h3>The most confident errors</h3><p>Look at these first. Wrong labels and unusual images show up here.</p>
<div class="scroll"><table><thead><tr><th>Image</th><th>Case</th><th>Label</th>
<th class="number">Probability of ${model.classes[1]}</th></tr></thead>
<tbody>${worst.map(
        (one) => html`<tr><td><code>${one.file}</code></td><td>${one.case}</td><td>${one.label}</td>
<td class="number">${percent(one.probability)}</td></tr>`,
      )}</tbody></table></div>`
}`;
}
