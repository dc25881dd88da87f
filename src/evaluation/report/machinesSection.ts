import { countText, numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { DataSetFigures, MachineFigures } from '../groups/index.js';
import type { Evaluation } from '../types.js';
import { forest } from './plot.js';
import { cell, countCell, number, phrase } from './words.js';

const KNOWN = html`A department has its own machines. Images of different machines look different, and a network that
tells machines apart has an AUC above 0.5 where one of them sends more cancers. So the first figure compares only images
of the same machine:`;
const UNKNOWN = html`The labels do not tell which machine made an image (columns <code>machine</code> or
<code>site</code>), so all count as one machine’s:`;

/** What holds within a machine, and how far machines and data sets lie apart: before any figure of all together. */
export function machines({ machines: found, exam, dataSets, levels, model }: Evaluation): Html {
  const { imagesPerPatient } = exam;
  return html`<h2 id="machines">Within one machine, and from machine to machine</h2>
<p>${found.known ? KNOWN : UNKNOWN}
the AUC by image is ${phrase(found.within)}; over all pairs it is ${phrase(levels.image.auc)}.${spreadText(found)}</p>
${machineTable(found)}
${dataSets.length === 0 ? [] : dataSetTable(dataSets, model.classes[1])}
<h3>By exam, one breast each</h3>
<p>A woman with a finding has ${number(imagesPerPatient.positive, 1)} images here, one without
${number(imagesPerPatient.negative, 1)}. The service joins the breasts of an exam by their ${model.aggregation.exam};
of two breasts a maximum is higher than of one, whatever the network knows. So each woman counts with one ${exam.by}:
one with a finding with the ${exam.by} that has it, one without with each of hers in equal shares. The AUC by exam is
then ${phrase(exam.auc)}, among women of the same machine ${phrase(exam.withinMachines)}; at the operating point the
sensitivity is ${phrase(exam.sensitivity)} and the specificity ${phrase(exam.specificity)}. Joined as the service does
it, the AUC by patient is ${phrase(levels.patient.auc)}.</p>`;
}

function spreadText({ spread, known }: MachineFigures): string {
  if (spread === null)
    return known
      ? ' Fewer than two machines have ten images of each class, so their spread cannot be said.'
      : '';
  const beyond =
    spread.beyondChance === null
      ? ''
      : spread.beyondChance === 0
        ? ', no farther apart than chance puts them'
        : `, with a standard deviation of ${number(spread.beyondChance)} beyond chance`;
  return (
    ` Between the ${countText(spread.measured, 'machine')} with ten images of each class it ranges from ` +
    `${number(spread.lowest)} to ${number(spread.highest)}${beyond}.`
  );
}

function machineTable({ machines: all, within, known }: MachineFigures): Html {
  if (!known || all.length < 2) return html``;
  const rows = all.map(({ name, auc, images }) => ({ label: name, ...auc, note: numberText(images) }));
  const axis = {
    label: 'AUC by image (number of images at the right)',
    from: 0.3,
    to: 1.06,
    ticks: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  };
  return html`<figure class="wide"><h3>AUC within each machine</h3><div class="across">
${forest('AUC within each machine', [{ label: 'within machines, together', ...within, note: '' }, ...rows], axis, 0.5)}
</div><figcaption>Dotted: guessing. No figure where a class has fewer than ten images.</figcaption></figure>
<div class="scroll"><table><caption>Images, at the one operating point of the bundle.</caption><thead><tr>
<th>Machine</th><th class="number">images (positive)</th><th class="number">patients</th><th class="number">AUC</th>
<th class="number">sensitivity</th><th class="number">specificity</th></tr></thead>
<tbody>${all.map(
    (one) => html`<tr><th scope="row">${one.name}</th>
${countCell(one.images, one.positives)}${countCell(one.patients)}${cell(one.auc)}${cell(one.sensitivity)}
${cell(one.specificity)}</tr>`,
  )}</tbody></table></div>`;
}

function dataSetTable(sets: DataSetFigures[], positive: string): Html {
  const lines: [string, (one: DataSetFigures) => Html][] = [
    ['images (positive)', (one) => countCell(one.images, one.positives)],
    ['patients', (one) => countCell(one.patients)],
    ['AUC by image, within machines', (one) => cell(one.withinMachines)],
    ['AUC by image', (one) => cell(one.auc)],
    ['AUC by exam, one breast each', (one) => cell(one.exam.auc)],
    ['at the operating point, by image: sensitivity', (one) => cell(one.sensitivity)],
    ['specificity', (one) => cell(one.specificity)],
    [
      `peak of the heat map in a ${positive} box`,
      (one) =>
        one.localisation === null
          ? html`<td class="number quiet">–</td>`
          : cell(one.localisation.peakInLesion),
    ],
    ['AUC of plain statistics of what the network gets', (one) => cell(one.statistics)],
    ['AUC with the breast painted over', (one) => cell(one.withoutBreast)],
  ];
  return html`<h3>Data sets side by side</h3>
<p>Each set by itself: sets differ in what their labels mean and in how common a finding is, so figures over all of
them together say little.</p>
<div class="scroll"><table><thead><tr><th></th>${sets.map(({ name }) => html`<th class="number">${name}</th>`)}</tr>
</thead>
<tbody>${lines.map(([name, of]) => html`<tr><th scope="row">${name}</th>${sets.map(of)}</tr>`)}</tbody></table></div>`;
}
