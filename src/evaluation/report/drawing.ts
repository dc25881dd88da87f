import { countText } from '../../countText.js';
import { Html, html } from '../../html.js';
import type { Evaluation } from '../types.js';
import { rocPlot } from './discrimination.js';
import { DRAWING_STYLE } from './reportStyle.js';
import { figure, intervalText } from './words.js';

/** The ROC curve with its AUC as an SVG file of its own, on a ground of its own, in light or dark. */
export function rocDrawing(evaluation: Evaluation, scheme: 'light' | 'dark'): string {
  const { levels, model, data } = evaluation;
  const curve = new Html(
    rocPlot(evaluation).text.replace('<svg ', '<svg x="14" y="58" width="420" height="380" '),
  );
  const title = `${model.name} ${model.version}: AUC ${figure(levels.patient.auc)} by patient`;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 448 446" width="448" height="446">
<title>ROC curve of ${title}</title>
<style>${new Html(DRAWING_STYLE[scheme])}</style>
<rect x=".5" y=".5" width="447" height="445" rx="8" style="fill: var(--card); stroke: var(--line)"/>
<text x="20" y="28" style="font-size: 15px; font-weight: 600">${title}</text>
<text class="tick" x="20" y="48">95 % interval ${intervalText(levels.patient.auc)};
${countText(data.patients, 'patient')}, ${countText(data.images, 'image')}</text>
${curve}
<g transform="translate(246 332)"><path class="curve" d="M0 0H34"/><text x="42" y="4">by patient, 95 % band</text>
<path class="curve first dashed" d="M0 20H34"/><text x="42" y="24">by image</text>
<circle class="mark" cx="17" cy="40" r="6"/><text x="42" y="44">operating point</text></g></svg>
`.text;
}
