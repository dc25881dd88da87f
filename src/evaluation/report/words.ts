import { numberText } from '../../countText.js';
import { type Html, html } from '../../html.js';
import type { Estimate } from '../statistics/index.js';

/** No-break space: number and unit stay together. */
export const SPACE = '\u00a0';

/** With a true minus sign. */
export const number = (value: number, digits = 2): string =>
  value
    .toFixed(digits)
    .replace(/^-(?=.*[1-9])/, '\u2212')
    .replace('-', '');
export const percent = (value: number, digits = 0): string => `${number(value * 100, digits)}${SPACE}%`;

/** A figure without its interval. */
export function figure({ value }: Estimate, digits = 2): string {
  return value === null ? 'not measurable' : number(value, digits);
}

export function intervalText({ interval }: Estimate, digits = 2): string {
  // Drawn again from women who are all alike it has no width, which says nothing of others.
  return interval === null || interval[0] === interval[1]
    ? 'no interval'
    : `${number(interval[0], digits)} to ${number(interval[1], digits)}`;
}

/** A table's cell with a figure and its interval below. */
export function cell(estimate: Estimate, digits = 2): Html {
  if (estimate.value === null) return html`<td class="number quiet">–</td>`;
  return html`<td class="number">${figure(estimate, digits)}
<span class="interval">${intervalText(estimate, digits)}</span></td>`;
}

/** A table's cell with a number of images, patients, …, and how many of them are positive where that is said. */
export function countCell(count: number, positives?: number): Html {
  const among = positives === undefined ? '' : ` (${numberText(positives)})`;
  return html`<td class="number">${numberText(count)}${among}</td>`;
}

/** A figure in a sentence. */
export function phrase(estimate: Estimate, digits = 2): string {
  return `${figure(estimate, digits)} (95${SPACE}% interval ${intervalText(estimate, digits)})`;
}
