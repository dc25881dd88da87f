import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Evaluation } from '../types.js';
import { cell, countCell, figure, number } from './words.js';

interface PaperRow {
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/**
 * The table of the paper that Mamori starts from (§V, Results): 1856 images, which are turned and flipped copies of
 * 106, split by image.
 */
const PAPER: { classes: [negative: PaperRow, positive: PaperRow]; macroAverage: PaperRow; accuracy: number } =
  {
    classes: [
      { precision: 0.82, recall: 0.84, f1: 0.83, support: 612 },
      { precision: 0.92, recall: 0.91, f1: 0.92, support: 1244 },
    ],
    macroAverage: { precision: 0.87, recall: 0.88, f1: 0.87, support: 1856 },
    accuracy: 0.89,
  };

/** Other evaluations beside this one, both protocols told apart; the paper's table where the protocol is its own. */
export function comparison(evaluation: Evaluation, others: Evaluation[]): Html {
  const all = [evaluation, ...others];
  const leaking = all.filter(({ protocol }) => protocol === 'by-image');
  if (others.length === 0 && leaking.length === 0) return html``;
  const honest = all.filter(({ protocol }) => protocol === 'by-patient');
  const title =
    leaking.length === 0
      ? 'Beside other evaluations'
      : honest.length === 0
        ? 'Beside the paper'
        : 'Two protocols: by patient, and the paper’s';
  return html`<h2 id="comparison">${title}</h2>
${others.length === 0 ? [] : overview(evaluation, all)}
${leaking.map((one) => besidePaper(one, honest))}`;
}

function overview(evaluation: Evaluation, all: Evaluation[]): Html {
  return html`<div class="scroll"><table><thead><tr><th>Model</th><th>Protocol</th><th class="number">images</th>
<th class="number">AUC by image</th><th class="number">AUC by patient</th><th class="number">accuracy</th>
<th class="number">ECE</th></tr></thead>
<tbody>${all.map(
    (one) => html`<tr><th scope="row">
${one.model.name} ${one.model.version}${one === evaluation ? ' (this page)' : ''}</th><td>${protocolName(one)}</td>
${countCell(one.data.images)}${cell(one.levels.image.auc)}${cell(one.levels.patient.auc)}
${cell(one.levels.image.atOperatingPoint.accuracy)}<td class="number">${figure(one.levels.image.calibrationError, 3)}
</td></tr>`,
  )}</tbody></table></div>`;
}

function besidePaper(one: Evaluation, honest: Evaluation[]): Html {
  const { table, model, data } = one;
  const { copies } = data.selection;
  const rows: [name: string, paper: PaperRow, here: PaperRow][] = [
    [model.classes[0], PAPER.classes[0], table.classes[0]!.row],
    [model.classes[1], PAPER.classes[1], table.classes[1]!.row],
    ['macro average', PAPER.macroAverage, table.macroAverage],
  ];
  const made =
    copies === undefined
      ? 'Images of one patient stand on both sides.'
      : `${countText(copies.ofEach, 'copy', 'copies')} of each of ${countText(copies.images, 'image')} were made, ` +
        `turned by steps of 30 degrees, ` +
        `flipped, with and without CLAHE, and the copies split at random: nearly every test copy has others of the ` +
        `same image in training.`;
  return html`<h3>The paper’s protocol: ${model.name} ${model.version} beside the paper’s table</h3>
<p class="note bad" role="note">Leaking: augmented first, then split by image. ${made} Such figures measure memory.
They are here because the paper’s are made in the same way, and say nothing about a new patient.${honestText(honest)}
</p>
<div class="scroll"><table><caption>${countText(data.images, 'image')} at the operating point; the paper’s are
${countText(PAPER.macroAverage.support, 'copy', 'copies')} of 106 images.</caption>
<thead><tr><th></th>${['precision', 'recall', 'F1', 'support'].map(
    (name) => html`<th class="number">
${name}: paper</th><th class="number">here</th>`,
  )}</tr></thead><tbody>
${rows.map(
  ([name, paper, here], index) => html`<tr class="${index === 2 ? 'sum' : ''}"><th scope="row">${name}</th>
${(['precision', 'recall', 'f1'] as const).map((figure) => pair(number(paper[figure]), number(here[figure])))}
${pair(String(paper.support), String(here.support))}</tr>`,
)}
<tr><th scope="row">accuracy</th><td></td><td></td><td></td><td></td>
${pair(number(PAPER.accuracy), number(table.accuracy))}
${pair(String(PAPER.macroAverage.support), String(table.macroAverage.support))}</tr></tbody></table></div>`;
}

function pair(paper: string, here: string): Html {
  return html`<td class="number quiet">${paper}</td><td class="number">${here}</td>`;
}

/** What the same data gives when patients are kept apart. */
function honestText(honest: Evaluation[]): string {
  return honest
    .map(
      ({ model, levels }) =>
        ` Split by patient, ${model.name} ${model.version} has an accuracy of ` +
        `${figure(levels.image.atOperatingPoint.accuracy)} and an AUC of ${figure(levels.image.auc)} by image.`,
    )
    .join('');
}

function protocolName({ protocol }: Evaluation): Html {
  return protocol === 'by-patient'
    ? html`by patient`
    : html`<span class="verdict bad">by image: leaking</span>`;
}
