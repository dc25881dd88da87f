import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Localisation } from '../localisation/index.js';
import { cell, number, percent, phrase } from './words.js';

/** Whether the heat maps point at the lesions that people have drawn boxes around. */
export function localisation(found: Localisation | null): Html {
  if (found === null) return html``;
  const { images, patients, lesions, others, flat, peakInLesion, hitsOfBest, overlap, froc } = found;
  const lines: [string, Localisation['overlap']][] = [
    ["the map's peak lies in a malignant box", peakInLesion],
    ...hitsOfBest
      .filter(({ places }) => places > 1)
      .map((one): [string, typeof one] => [`of the best ${one.places} places so many lie in one`, one]),
    ['overlap of region and box (intersection over union)', overlap],
    ...froc.map((one): [string, typeof one] => [
      `lesions marked, at ${number(one.marksPerImage, one.marksPerImage < 1 ? 2 : 0)} false marks per image (FROC)`,
      one,
    ]),
  ];
  const better = (peakInLesion.interval?.[0] ?? 0) > (peakInLesion.chance ?? 1);
  const told = better ? 'it finds lesions more often than chance' : 'not told from chance';
  return html`<h2 id="localisation">Whether its heat maps point at the lesion</h2>
<p>On ${countText(images, 'image')} of ${countText(patients, 'patient')} somebody has drawn boxes around
${countText(lesions, 'malignant lesion')}. The map’s peak lies in one on ${phrase(peakInLesion)} of the images; a
place drawn at random within the breast would on
${percent(peakInLesion.chance ?? 0)}.
<span class="verdict ${better ? 'good' : 'warn'}">${told}</span>
</p>
<div class="scroll"><table><thead><tr><th></th><th class="number">measured</th><th class="number">by chance</th></tr>
</thead>
<tbody>${lines.map(
    ([name, one]) => html`<tr><th scope="row">${name}</th>${cell(one)}<td class="number">
${one.chance === null ? '–' : number(one.chance)}</td></tr>`,
  )}</tbody></table></div>
<p class="quiet">A box is widened by one place of the map on each side, since the map can tell no finer. The region is
where the heat is at least half of its maximum. FROC: each local maximum of a map is a mark, as strong as the map there
times the image’s probability; marks on ${countText(others, 'image')} without cancer, and beside the boxes of those with
one, are false. Chance puts the same marks at random within the
breast.${flat === 0 ? '' : ` Without any heat, which counts as a miss: ${countText(flat, 'map')}.`}</p>`;
}
