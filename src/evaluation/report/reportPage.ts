import { Html, html } from '../../html.js';
import type { Picture } from '../explanation/index.js';
import type { Evaluation } from '../types.js';
import { against } from './againstSection.js';
import { comparison } from './comparisonSection.js';
import { coverage } from './coverageSection.js';
import { discrimination } from './discrimination.js';
import { explanations } from './explanations.js';
import { localisation } from './localisationSection.js';
import { machines } from './machinesSection.js';
import { calibration, subgroups } from './reliabilityDiagram.js';
import { STYLE } from './reportStyle.js';
import { shortcuts } from './shortcutsSection.js';
import { method, summary } from './summary.js';

/** The whole report as one page that loads nothing. */
export function reportPage(evaluation: Evaluation, others: Evaluation[], pictures: Picture[]): string {
  const { name, version } = evaluation.model;
  const sections: [id: string, name: string][] = [
    ['machines', 'Machines'],
    ['discrimination', 'Discrimination'],
    ['calibration', 'Calibration'],
    ['subgroups', 'Subgroups'],
    ['shortcuts', 'Shortcut checks'],
    ...(evaluation.localisation === null ? [] : ([['localisation', 'Lesions']] as [string, string][])),
    ...(evaluation.explanations === null ? [] : ([['explanations', 'Heat maps']] as [string, string][])),
    ['coverage', 'Without answer'],
    ...(evaluation.against === null ? [] : ([['against', 'Another model']] as [string, string][])),
    ...(others.length === 0 && evaluation.protocol === 'by-patient'
      ? []
      : ([['comparison', 'Comparison']] as [string, string][])),
    ['method', 'Method'],
  ];
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Evaluation of ${name} ${version}</title><style>${new Html(STYLE)}</style></head>
<body><main>
${summary(evaluation)}
<nav aria-label="Contents">${sections.map(([id, title]) => html`<a href="#${id}">${title}</a>`)}</nav>
${machines(evaluation)}
${discrimination(evaluation)}
${calibration(evaluation)}
${subgroups(evaluation)}
${shortcuts(evaluation)}
${localisation(evaluation.localisation)}
${explanations(evaluation, pictures)}
${coverage(evaluation)}
${against(evaluation)}
${comparison(evaluation, others)}
${method(evaluation)}
</main></body></html>
`.text;
}
