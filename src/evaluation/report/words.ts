import type { Estimate } from '../statistics/estimate.js';
import { type Html, html } from './html.js';

export const number = (value: number, digits = 2): string => value.toFixed(digits);
export const percent = (value: number, digits = 0): string => `${(value * 100).toFixed(digits)} %`;

/** A figure without its interval. */
export function figure({ value }: Estimate, digits = 2): string {
  return value === null ? 'not measurable' : number(value, digits);
}

export function intervalText({ interval }: Estimate, digits = 2): string {
  return interval === null
    ? 'no interval'
    : `${number(interval[0], digits)} to ${number(interval[1], digits)}`;
}

/** A table's cell with a figure and its interval below. */
export function cell(estimate: Estimate, digits = 2): Html {
  if (estimate.value === null) return html`<td class="number quiet">–</td>`;
  return html`<td class="number">${figure(estimate, digits)} <span class="interval">${intervalText(estimate, digits)}</span></td>`;
}

/** A figure in a sentence. */
export function phrase(estimate: Estimate, digits = 2): string {
  return `${figure(estimate, digits)} (95 % interval ${intervalText(estimate, digits)})`;
}
