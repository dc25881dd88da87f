import { numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Coverage, CoverageStep } from '../riskCoverage.js';
import type { Evaluation } from '../types.js';
import { cell, countCell, percent } from './words.js';

const NAMES = {
  distance: 'The farthest from what the model was made from get no answer',
  confidence: 'Those nearest to the operating point get no answer',
};

/** What refusing to answer would gain, and what it costs. */
export function coverage({ coverage: found, model }: Evaluation): Html {
  return html`<h2 id="coverage">What is gained by giving no answer</h2>
<p>A model that says when it cannot know should be right more often on the rest. The figures above are of all images,
answered or not. ${asSetText(found)}</p>
${found.by.map(({ rule, steps }) => table(NAMES[rule], steps, model.classes[1]))}`;
}

function asSetText({ by, asSet }: Coverage): Html {
  const knows = by.some(({ rule }) => rule === 'distance');
  const refused = numberText(asSet.positivesRefused);
  const codes = asSet.reasons.map(({ code, images }) => html`${numberText(images)} <code>${code}</code> `);
  return html`${
    knows
      ? ''
      : 'This bundle does not say what it was made from, so no image is refused for being ' +
        'strange to it. '
  }With this bundle the service would answer ${percent(asSet.coverage, 1)} of
them${codes.length === 0 ? '.' : html`; no answer: ${codes}(${refused} of these are positive).`}`;
}

function table(title: string, steps: CoverageStep[], positive: string): Html {
  return html`<div class="scroll"><table><caption>${title}.</caption><thead><tr><th class="number">answered</th>
<th class="number">images</th><th class="number">${positive} without answer</th><th class="number">AUC of the rest</th>
<th class="number">wrong at the operating point</th></tr></thead>
<tbody>${steps.map(
    (one) => html`<tr><td class="number">${percent(one.coverage)}</td>${countCell(one.images)}
${countCell(one.positivesRefused)}${cell(one.auc)}${cell(one.error)}</tr>`,
  )}</tbody></table></div>`;
}
