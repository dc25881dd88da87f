import { countText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import {
  type PerturbationCurve,
  type Picture,
  type PlantedCheck,
  perturbationVerdict,
  type Verdict,
} from '../explanation/index.js';
import type { Evaluation } from '../types.js';
import { curve, FRACTIONS, plot } from './plot.js';
import { number, percent, phrase, SPACE } from './words.js';

type Explanations = NonNullable<Evaluation['explanations']>;

function betweenImages({ betweenImages: agreement }: NonNullable<Explanations['randomised']>): string {
  return agreement === null ? '' : `; maps of two different images agree by ${number(agreement)}`;
}

function flatMaps({ flat, images, shuffles }: NonNullable<Explanations['randomised']>): string {
  if (flat === 0) return '';
  return ` Of ${countText(images * shuffles, 'map')} ${flat} were flat after shuffling and could not be ranked.`;
}

function figureOf(
  kind: 'deletion' | 'insertion',
  checks: NonNullable<Explanations['perturbation']>,
  positive: string,
): Html {
  const [title, should] = kind === 'deletion' ? ['Deletion', DELETION] : ['Insertion', INSERTION];
  const outcome = perturbationVerdict(checks, kind);
  return perturbationFigure(title, checks.fractions, checks[kind], positive, should, outcome);
}

/** Whether the heat maps mean something. */
export function explanations({ explanations: checks, model }: Evaluation, pictures: Picture[]): Html {
  if (checks === null) return html``;
  const { randomised, perturbation, completeness, planted } = checks;
  const { ratio } = completeness;
  const full = completeness.missed <= 0.1 * completeness.difference;
  return html`<h2 id="explanations">Whether its heat maps can be believed</h2>
<p>A heat map always looks convincing. These checks ask whether it depends on what the network has learnt, whether its
hot places matter for the answer, and whether it finds a mass that was put there.</p>
<h3>With other weights the map must change</h3>
${
  randomised === null
    ? html`<p class="note warn">Not checked: no weights were found in the bundle’s files that could be shuffled.</p>`
    : html`<p>With shuffled weights the network knows nothing. If its maps stayed the same, they would show the image
and not the network. The rank correlation of maps before and after is ${phrase(randomised.correlation)} on
${countText(randomised.images, 'image')} and ${countText(randomised.shuffles, 'shuffle')}: 1 would be the same map, 0 an
unrelated one${betweenImages(randomised)}.${flatMaps(randomised)}
${verdict((randomised.correlation.value ?? 1) <= 0.5, 'the map changes', 'the map hardly changes')}</p>`
}
<h3>Covering what is hot must change the answer</h3>
${
  perturbation === null
    ? html`<p class="note warn">Not checked: no image has a heat map with any heat in it.</p>`
    : html`<p>On ${countText(perturbation.images, 'image')} the cells of the map were blurred away (deletion) or
brought back into a blurred image (insertion), the hottest first, and compared with the same map moved to a random
place.</p>
<div class="figures">
${figureOf('deletion', perturbation, model.classes[1])}${figureOf('insertion', perturbation, model.classes[1])}
</div>`
}
<h3>Evidence must add up to the score</h3>
<p>Integrated Grad-CAM follows the score from a black image to the real one in
${countText(completeness.steps, 'step')}. Its evidence should add up to the difference, which is
${number(completeness.difference)} in the score (log-odds) on average of ${countText(completeness.images, 'image')}; it
misses that by ${number(completeness.missed, 3)} on average,
${percent(completeness.missed / completeness.difference)} of it. ${
    ratio.median === null
      ? ''
      : `In the median it ` +
        `accounts for ${percent(ratio.median)}, in nine of ten images for ${percent(ratio.lower!)} to ` +
        `${percent(ratio.upper!)}; a share far from 100${SPACE}% belongs to an image that scores nearly like black.`
  }
${verdict(full, 'a full account', 'not a full account: more steps may help')}
</p>
<h3>A planted mass</h3>
${plantedPart(planted)}
<div class="figures">
${pictures.map(
  ({
    png,
    alternative,
    caption,
  }) => html`<figure><img alt="${alternative}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">
<figcaption>${caption}</figcaption></figure>`,
)}</div>`;
}

const DELETION = {
  done: 'blurred away',
  should: 'fall from its start, and run below the dashed one',
  cannotTell: 'blurring raises the answer whatever is blurred: this check cannot tell',
};
const INSERTION = {
  done: 'brought back',
  should: 'run above the dashed one',
  cannotTell:
    'the answer exceeds the intact image’s whatever is brought back, so the blurred image itself drives it: this ' +
    'check cannot tell',
};

function perturbationFigure(
  title: string,
  fractions: number[],
  { map, moved, difference }: PerturbationCurve,
  positive: string,
  { done, should, cannotTell }: typeof DELETION,
  outcome: Verdict,
): Html {
  const points = (heights: number[]) =>
    heights.map((height, index): [number, number] => [fractions[index]!, height]);
  return html`<figure><h3>${title}</h3>${plot(
    {
      title: `${title} curve`,
      description:
        `the map: ${map.map((one) => number(one)).join(', ')}; moved maps: ` +
        `${moved.map((one) => number(one)).join(', ')}`,
      x: { label: `Share of the image ${done}, hottest first`, from: 0, to: 1, ticks: FRACTIONS },
      y: { label: `Mean probability of ${positive}`, from: 0, to: 1, ticks: FRACTIONS },
      height: 320,
    },
    (scale) => [curve(scale, points(moved), 'first dashed'), curve(scale, points(map))],
  )}<figcaption>Solid: by the heat map; dashed: by moved maps. The solid line should ${should}. Area between them
${phrase(difference, 3)}.
${verdict(
  outcome === 'shown',
  'hot places matter more than others',
  outcome === 'cannot tell' ? cannotTell : 'not ' + 'shown that hot places matter more than others',
)}</figcaption></figure>`;
}

function plantedPart({ views, gradCamHits, integratedHits, expectedByChance, meanRise }: PlantedCheck): Html {
  const distance = (value: number | null, hit: boolean) =>
    value === null ? 'no peak' : `${number(value, 1)}${hit ? ', hit' : ''}`;
  const fromChance = 2 * Math.max(1, expectedByChance);
  return html`<p>Made mammograms with one mass of 22 mm each, in ${countText(views.length, 'view')}. Grad-CAM’s peak
falls on the mass in ${gradCamHits} of them, Integrated Grad-CAM’s in ${integratedHits}; a place drawn at random within
the breast would in ${number(expectedByChance, 1)}. The mass raises the probability by ${number(meanRise)} on average.
${verdict(
  Math.max(gradCamHits, integratedHits) > fromChance,
  'the map finds the planted mass more often than ' + 'chance',
  'the map does not find the planted mass',
)}</p>
<p class="quiet">The exams are drawn by code and look unlike the images that a network learnt from. A network that does
not react to the mass at all (no rise) cannot point at it either; that is a limit of this check as much as of the
map.</p>
<div class="scroll"><table><thead><tr><th>Exam</th><th>View</th><th class="number">probability</th>
<th class="number">without the mass</th><th class="number">Grad-CAM, radii off</th>
<th class="number">Integrated, radii off</th></tr></thead>
<tbody>${views.map(
    (one) => html`<tr><td>${one.exam}</td><td>${one.view}</td><td class="number">
${number(one.probability)}</td><td class="number">${number(one.probabilityWithout)}</td><td class="number">
${distance(one.gradCam.distance, one.gradCam.hit)}</td><td class="number">
${distance(one.integrated.distance, one.integrated.hit)}</td></tr>`,
  )}</tbody></table></div>`;
}

function verdict(good: boolean, yes: string, no: string): Html {
  return html`<span class="verdict ${good ? 'good' : 'warn'}">${good ? yes : no}</span>`;
}
