import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Against, Paired } from '../against.js';
import type { Evaluation } from '../types.js';
import { cell, number, phrase } from './words.js';

/** This model and another one on the same patients. */
export function against({ against: found, model, data }: Evaluation): Html {
  if (found === null) return html``;
  const { other, images, patients, leftOut } = found;
  const lines: [string, Paired][] = [
    ['AUC by image', found.image],
    ['AUC by image, within machines', found.withinMachines],
    ['AUC by exam, one breast each', found.exam],
    ['sensitivity by exam, each at its own operating point', found.sensitivity],
    ['specificity by exam', found.specificity],
  ];
  const classes =
    other.classes[0] === model.classes[0]
      ? ''
      : ` ${other.name} was made to tell ${other.classes[1]} from ${other.classes[0]}, not from ${model.classes[0]}.`;
  const left =
    leftOut === 0
      ? ''
      : ` Left out here, as ${other.name} was made from them: ${countText(leftOut, 'patient')}.`;
  const { training, validation } = data.selection.evaluated;
  // The other model's own patients are left out; this one's were asked for.
  const unfair = training + validation > 0;
  const favoured = unfair
    ? ` Patients whom ${model.name} was made from may be among them, which favours it.`
    : '';
  const trusted = found.otherKnown
    ? ''
    : ` ${other.name} does not tell whom it was made from: that these patients are new to it is taken on trust.`;
  const notes = `${left}${favoured}${trusted}${classes}`;
  return html`<h2 id="against">Beside ${other.name} ${other.version}, on the same patients</h2>
<p>Both models answered the same ${countText(images, 'image')} of ${countText(patients, 'patient')}.${notes}
The difference of the AUC by exam is ${phrase(found.exam.difference)}. ${unfair ? '' : verdict(found, other.name)}</p>
<div class="scroll"><table><thead><tr><th></th><th class="number">${model.name} ${model.version}</th>
<th class="number">${other.name} ${other.version}</th><th class="number">difference</th></tr></thead>
<tbody>${lines.map(
    ([name, one]) => html`<tr><th scope="row">${name}</th>${cell(one.own)}${cell(one.other)}
${cell(one.difference)}</tr>`,
  )}</tbody></table></div>
<p class="quiet">The same patients are drawn for both models, so that what makes a patient easy or hard for both goes
out of the difference. Operating points: ${number(model.operatingPoint)} and ${number(other.operatingPoint)}.</p>`;
}

function verdict({ exam: { difference } }: Against, other: string): Html {
  const [low, high] = difference.interval ?? [-1, 1];
  if (low > 0) return html`<span class="verdict good">better than ${other}</span>`;
  if (high < 0) return html`<span class="verdict bad">worse than ${other}</span>`;
  return html`<span class="verdict warn">no difference that could be told from chance</span>`;
}
