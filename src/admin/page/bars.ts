import { type Html, html } from '../../html.js';

/** One stretch of time: what is stacked in it from the ground up, each with its class. */
export type Stack = readonly { value: number; look: string }[];

const HEIGHT = 100;
const STEP = 10;
const BAR = 8;

/**
 * Bars that fill the width that they are given; the words around them are HTML, which keeps its size on a phone.
 *
 * @param top the value that fills the height. @param label all that the drawing says, for who does not see it
 */
export function bars(stacks: readonly Stack[], top: number, label: string): Html {
  const scale = (value: number) => Math.round((Math.min(value, top) / top) * HEIGHT * 10) / 10;
  const drawn = stacks.flatMap((stack, index) => {
    let ground = HEIGHT;
    return stack.map(({ value, look }) => {
      const height = scale(value);
      ground -= height;
      return height === 0
        ? html``
        : html`<rect class="${look}" x="${index * STEP + 1}" y="${ground}" width="${BAR}" height="${height}"/>`;
    });
  });
  return html`<svg class="bars" role="img" aria-label="${label}" viewBox="0 0 ${stacks.length * STEP} ${HEIGHT}"
preserveAspectRatio="none"><line class="ground" x1="0" x2="${stacks.length * STEP}" y1="${HEIGHT}" y2="${HEIGHT}"/>
${drawn}</svg>`;
}

/** A round number at or above the highest, so that the scale can be read: 1, 2, 5, 10, 20, … */
export function roundTop(highest: number): number {
  if (highest <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((factor) => factor * power).find((top) => top >= highest)!;
}
