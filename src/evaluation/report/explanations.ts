import type { Evaluation } from '../types.js';
import { type Html, html } from './html.js';
import type { Picture } from './page.js';

export function explanations({ explanations: checks }: Evaluation, _pictures: Picture[]): Html {
  if (checks === null) return html``;
  return html``;
}
