import { type Html, html } from '../../html.js';
import type { Shortcut } from '../shortcuts/types.js';
import type { Evaluation } from '../types.js';
import { tells } from '../warnings.js';
import { column, FRACTIONS, forest, plot } from './plot.js';
import { number, percent, phrase } from './words.js';

/** Whether anything but lesions could explain the figures. */
export function shortcuts({ shortcuts: checks, model, levels, protocol }: Evaluation): Html {
  const { orientation, copies } = checks;
  const { spread } = orientation;
  return html`<h2 id="shortcuts">Whether something else gives the answer away</h2>
<p>A network takes the easiest way. If all ${model.classes[1]} images came from one scanner, lay on their side or had a label in the corner, it would learn that, show splendid figures and fail in the next hospital. Each line below uses <em>nothing but</em> the named property to tell the classes apart. 0.5 is what it should be.</p>
<figure class="wide"><h3>What a single property tells</h3>${forest(
    'AUC of single properties',
    checks.shortcuts.map(({ name, auc, images }) => ({
      label: name,
      value: auc.value,
      interval: auc.interval,
      note: `${images}`,
    })),
    {
      label: 'AUC, whichever way round tells more (number of images at the right)',
      from: 0.4,
      to: 1.06,
      ticks: [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    },
    0.5,
  )}</figure>
<div class="scroll"><table><thead><tr><th>Property</th><th>What is looked at</th><th>It says</th></tr></thead>
<tbody>${checks.shortcuts.map((one) => html`<tr><th scope="row">${one.name}</th><td>${one.what}</td><td>${verdict(one, levels.image.auc.value ?? 0)}</td></tr>`)}</tbody></table></div>
<h3>Orientation</h3>
<p>Shown the images as they lie in their files, the network’s AUC is ${phrase(orientation.asItLies)}; with every image in one orientation (chest wall on the left) it is ${phrase(orientation.canonical)}. The difference, on the same patients, is ${phrase(orientation.drop, 3)}. A fall would mean that part of the figure came from how the images lie.</p>
<div class="figures"><figure><h3>One image, eight orientations</h3>${spreadPlot(spread.histogram)}<figcaption>How far the probability of one and the same image moves when it is turned and flipped. Mean ${number(spread.mean, 3)}, 95 of 100 images below ${number(spread.upper, 3)}, worst ${number(spread.worst.spread, 3)} (<code>${spread.worst.file}</code>). For ${percent(spread.undecided, 1)} of the images the answer changes sides of the operating point.</figcaption></figure>
<div><h3>Copies</h3><p>${copiesText(copies.images, copies.seenImages, protocol)}</p>
${copies.withinEvaluated.length + copies.acrossSplit.length === 0 ? html`<p class="note good">No copy found.</p>` : html`<p class="note warn">${copies.acrossSplit.length} pairs across the split; ${copies.withinEvaluated.length} pairs of different patients among the evaluated images, ${copies.withinEvaluated.filter(({ contradiction }) => contradiction).length} of them with different labels.</p><p class="quiet">${[...copies.acrossSplit, ...copies.withinEvaluated].slice(0, 6).map(({ file, other, exact }) => html`<code>${file}</code> ${exact ? 'is' : 'resembles'} <code>${other}</code>. `)}</p>`}</div></div>`;
}

function verdict({ of, auc }: Shortcut, network: number): Html {
  const value = auc.value ?? 0.5;
  if (!tells(auc.interval))
    return html`<span class="verdict good">nothing that could be told from chance</span>`;
  if (of === 'file' && value >= 0.7)
    return html`<span class="verdict warn">gives labels away in the files; the preparation must take it out</span>`;
  if (value >= 0.7 || value >= network) return html`<span class="verdict bad">gives labels away</span>`;
  return html`<span class="verdict warn">something, far less than the network</span>`;
}

function spreadPlot(histogram: number[]): Html {
  const most = Math.max(...histogram);
  const tick = Math.max(1, Math.round(most / 4 / 10) * 10 || Math.ceil(most / 4));
  const ticks = Array.from({ length: Math.floor(most / tick) + 1 }, (_, index) => index * tick);
  return plot(
    {
      title: 'Spread of the probability over eight orientations',
      description: `images in twenty bins from 0 to 1: ${histogram.join(', ')}`,
      x: { label: 'Highest less lowest probability of one image', from: 0, to: 1, ticks: FRACTIONS },
      y: { label: 'Images', from: 0, to: most, ticks },
      height: 300,
    },
    (scale) =>
      histogram.map((count, i) =>
        column(scale, i / histogram.length, (i + 0.92) / histogram.length, 0, count, 'fill-accent half'),
      ),
  );
}

function copiesText(images: number, seen: number, protocol: Evaluation['protocol']): string {
  const with_ =
    seen > 0
      ? `with each other and with the ${seen} images at hand that the network was made from`
      : 'with each other; of the images that the network was made from none was at hand';
  const consequence =
    protocol === 'by-patient' ? ' A copy across the split would have ended the evaluation.' : '';
  return `The ${images} images were compared, in all eight orientations, ${with_}.${consequence}`;
}
