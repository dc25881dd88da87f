import { countText, numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import { type ColumnCheck, type Shortcut, turns } from '../shortcuts/index.js';
import type { Evaluation } from '../types.js';
import { MUCH, tells } from '../warnings.js';
import { column, FRACTIONS, forest, plot } from './plot.js';
import { cell, number, percent, phrase } from './words.js';

/** Whether anything but lesions could explain the figures. */
export function shortcuts({ shortcuts: checks, columns, model, levels, protocol }: Evaluation): Html {
  const { orientation, copies } = checks;
  // The network itself stands last.
  const all = [...checks.shortcuts.slice(0, -1), ...checks.learned, ...checks.shortcuts.slice(-1)];
  const { spread } = orientation;
  return html`<h2 id="shortcuts">Whether something else gives the answer away</h2>
<p>A network takes the easiest way. If all ${model.classes[1]} images came from one scanner, lay on their side or had a
label in the corner, it would learn that, show splendid figures and fail in the next hospital. Each line below uses
<em>nothing but</em> the named property to tell the classes apart. 0.5 is what it should be.</p>
<p>“Statistics” are some thirty numbers of a picture, without any form: how often which grey level occurs, and how much
neighbouring pixels differ. What they tell together a rule says (logistic regression) that was learnt on four fifths of
these patients and tried on the rest. They see what no eye does: that images of the two classes were scaled, equalised
or stored differently.</p>
<figure class="wide"><h3>What a property tells by itself</h3><div class="across">${forest(
    'AUC of properties by themselves',
    all.map(({ name, auc, images }) => ({
      label: name,
      value: auc.value,
      interval: auc.interval,
      note: numberText(images),
    })),
    {
      label: 'AUC (number of images at the right)',
      from: 0.4,
      to: 1.06,
      ticks: [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    },
    0.5,
  )}</div><figcaption>Bars are 95 % intervals. Dotted: nothing told. A single number counts whichever way round tells
more.</figcaption></figure>
<div class="scroll"><table><thead><tr><th>Property</th><th>What is looked at</th><th>It says</th></tr></thead>
<tbody>${all.map(
    (one) => html`<tr><th scope="row">${one.name}</th><td>${one.what}</td><td>
${verdict(one, levels.image.auc.value ?? 0)}</td></tr>`,
  )}</tbody></table></div>
${columnsPart(columns)}
<h3>Letters, borders, background</h3>
<p>With everything outside the breast painted over the network’s AUC is ${phrase(checks.background.erased)}; with it
${phrase(checks.background.asItIs)}. The difference, on the same patients, is ${phrase(checks.background.drop, 3)}. A
fall would mean that letters, film borders or the background carry part of the figure.</p>
<h3>Orientation</h3>
<p>${orientationText(model, orientation)} The difference, on the same patients, is ${phrase(orientation.drop, 3)}. A
fall would mean that part of the figure came from how the images lie.</p>
<div class="figures"><figure><h3>One image, eight orientations</h3>${spreadPlot(spread.histogram)}
<figcaption>How far the probability of one and the same image moves when it is turned and flipped. Mean
${number(spread.mean, 3)}, 95 of 100 images below ${number(spread.upper, 3)}, worst ${number(spread.worst.spread, 3)}
(<code>${spread.worst.file}</code>). For ${percent(spread.undecided, 1)} of the images the answer changes sides of the
operating point.</figcaption></figure>
<div><h3>Copies</h3><p>${copiesText(copies.images, copies.seenImages, protocol)}</p>
${
  copies.images === 0
    ? []
    : copies.withinEvaluated.length + copies.acrossSplit.length === 0
      ? html`<p class="note good">No
copy found.</p>`
      : html`<p class="note warn">${countText(copies.acrossSplit.length, 'pair')} across the split;
${countText(copies.withinEvaluated.length, 'pair')} of different patients among the evaluated images,
${copies.withinEvaluated.filter(({ contradiction }) => contradiction).length} of them with different labels.</p>
<p class="quiet">${[...copies.acrossSplit, ...copies.withinEvaluated].slice(0, 6).map(
          ({ file, other, exact }) => html`<code>${file}</code>
${exact ? 'is' : 'resembles'} <code>${other}</code>. `,
        )}</p>`
}</div></div>`;
}

/** Which of both the service does depends on whether the bundle turns images. */
function orientationText(
  { input }: Evaluation['model'],
  { asItLies, canonical }: Evaluation['shortcuts']['orientation'],
): Html {
  return input.preparation.some(turns)
    ? html`Shown the images as they lie in their files, with the bundle’s own turning steps left out, which the service
never does, the network’s AUC is ${phrase(asItLies)}; with every image in one orientation, as the bundle’s preparation
does it, it is ${phrase(canonical)}.`
    : html`Shown the images as they lie in their files, as the service does with this bundle, whose preparation turns
none, the network’s AUC is ${phrase(asItLies)}; with every image turned to have the chest wall on the left, which the
service never does, it is ${phrase(canonical)}.`;
}

function columnsPart(columns: ColumnCheck[]): Html {
  if (columns.length === 0) return html``;
  return html`<h3>${capital(listed(columns.map(({ column }) => column)))}</h3>
<p>If one hospital sends mostly positive cases, a network that recognises the hospital by the look of its images tells
the classes apart without a lesion. “Alone” is what the column itself tells (how often its value is positive among
other patients). “Same value” compares only images of the same value with each other: if the network’s AUC falls there,
part of it came from the column.</p>
<div class="scroll"><table><thead><tr><th>Column</th><th class="number">values</th><th class="number">alone</th>
<th class="number">network, all images</th><th class="number">network, same value</th>
<th class="number">difference</th></tr></thead>
<tbody>${columns.map(
    (one) => html`<tr><th scope="row">${one.column}</th><td class="number">${one.values}</td>
${cell(one.alone)}${cell(one.network)}${cell(one.withinValues)}${cell(one.difference)}</tr>`,
  )}</tbody></table></div>`;
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function verdict({ of, auc }: Shortcut, network: number): Html {
  const value = auc.value ?? 0.5;
  if (auc.interval === null) return html`<span class="verdict warn">not measurable on so few images</span>`;
  if (!tells(auc.interval))
    return html`<span class="verdict good">nothing that could be told from chance</span>`;
  if (of === 'file' && value >= MUCH)
    return html`<span class="verdict warn">gives labels away in the files; the preparation must take it out</span>`;
  if (value >= MUCH || value >= network) return html`<span class="verdict bad">gives labels away</span>`;
  const share = (value - 0.5) / (network - 0.5);
  return html`<span class="verdict warn">something${
    share >= 0.5
      ? `, ${percent(share)} of what the network tells beyond guessing`
      : ', far less than the network'
  }</span>`;
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
  if (images === 0) return 'Not looked for: this protocol makes copies and spreads them over both sides.';
  const with_ =
    seen > 0
      ? `with each other and with the ${countText(seen, 'image')} at hand that the network was made from`
      : 'with each other; of the images that the network was made from none was at hand';
  const consequence =
    protocol === 'by-patient' ? ' A copy across the split would have ended the evaluation.' : '';
  return `All ${countText(images, 'image')} were compared, in all eight orientations, ${with_}.${consequence}`;
}
