import { type Html, html } from '../../html.js';
import type { Evaluation } from '../types.js';
import { cell, figure, number } from './words.js';

/** The table of the paper that Mamori starts from, on 1856 augmented images split by image. */
const PAPER = [0.82, 0.84, 0.83, 0.92, 0.91, 0.92, 0.89, 0.87, 0.88, 0.87];
const PAPER_ROWS = [
  'precision, first class',
  'recall',
  'F1',
  'precision, second class',
  'recall',
  'F1',
  'accuracy',
  'macro average: precision',
  'recall',
  'F1',
];

/** Other evaluations beside this one; the paper's table where the protocol is its own. */
export function comparison(evaluation: Evaluation, others: Evaluation[]): Html {
  const all = [evaluation, ...others];
  const leaking = all.filter(({ protocol }) => protocol === 'by-image');
  if (others.length === 0 && leaking.length === 0) return html``;
  return html`<h2 id="comparison">Beside other evaluations</h2>
${
  others.length === 0
    ? []
    : html`<div class="scroll"><table><thead><tr><th>Model</th><th>Protocol</th><th class="number">images</th><th class="number">AUC by image</th><th class="number">AUC by patient</th><th class="number">accuracy</th><th class="number">ECE</th></tr></thead>
<tbody>${all.map((one) => html`<tr><th scope="row">${one.model.name} ${one.model.version}${one === evaluation ? ' (this page)' : ''}</th><td>${protocolName(one)}</td><td class="number">${one.data.images}</td>${cell(one.levels.image.auc)}${cell(one.levels.patient.auc)}${cell(one.levels.image.atOperatingPoint.accuracy)}<td class="number">${figure(one.levels.image.calibrationError, 3)}</td></tr>`)}</tbody></table></div>`
}
${leaking.map(
  (one) => html`<h3>${one.model.name} ${one.model.version} beside the paper’s table</h3>
<p class="note bad">Both split by image after augmentation: copies of one image stand on both sides. The comparison shows that the paper’s figures can be reached in the paper’s way, not that either is true.</p>
<div class="scroll"><table><thead><tr><th></th><th class="number">paper</th><th class="number">here</th></tr></thead><tbody>${cellsOf(one).map((value, index) => html`<tr><th scope="row">${PAPER_ROWS[index]}</th><td class="number">${number(PAPER[index]!)}</td><td class="number">${number(value)}</td></tr>`)}</tbody></table></div>`,
)}`;
}

/** In the order of the paper's table. */
function cellsOf({ table }: Evaluation): number[] {
  const rows = [...table.classes.map(({ row }) => row), table.macroAverage].map(
    ({ precision, recall, f1 }) => [precision, recall, f1],
  );
  return [...rows[0]!, ...rows[1]!, table.accuracy, ...rows[2]!];
}

function protocolName({ protocol }: Evaluation): string {
  return protocol === 'by-patient' ? 'by patient' : 'by image (leaking)';
}
