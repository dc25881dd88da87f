import type { Laterality } from '../dicom/index.js';

/* How an answer is put into words, wherever people read it: reports, pictures, command line. Printable ASCII. */

/** What every result says of itself. */
export const NOT_FOR_PRIMARY_DIAGNOSIS = 'not for primary diagnosis';

/** The same as a sentence of its own. */
export const AI_NOTICE = `AI result, ${NOT_FOR_PRIMARY_DIAGNOSIS}.`;

/** `Left breast`, as a sentence begins. */
export function breastName(laterality: Laterality): string {
  return laterality === 'L' ? 'Left breast' : 'Right breast';
}

/** Nobody reads more, but for an answer that lies very close to the operating point. */
const USUAL_DECIMALS = 3;
/** A decimal string (DS) has room for 16 characters. */
const MOST_DECIMALS = 11;

/**
 * A probability as a percentage for people, without the sign, e.g. `87.3`. As few decimals as asked for, or as many as
 * it takes to say neither 0 nor 100 of what is not, and to stay on the side of the operating point on which the
 * probability lies: 49.97 is not shown as 50.0 where 50 counts as positive.
 *
 * @param probability 0 to 1
 * @param operatingPoint 0 to 1
 * @param fewestDecimals 0 to 3
 * @returns at most 16 characters
 */
export function percent(probability: number, operatingPoint: number, fewestDecimals = 1): string {
  const positive = probability >= operatingPoint;
  for (let decimals = fewestDecimals; decimals <= MOST_DECIMALS; decimals++) {
    const shown = (probability * 100).toFixed(decimals);
    const certain = (Number(shown) === 0 || Number(shown) === 100) && Number(shown) !== probability * 100;
    if (certain && decimals < USUAL_DECIMALS) continue;
    if (Number(shown) / 100 >= operatingPoint === positive) return shown;
  }
  const step = 10 ** -MOST_DECIMALS;
  const nearest = positive ? probability * 100 : Math.max(0, operatingPoint * 100 - step);
  return nearest.toFixed(MOST_DECIMALS);
}

/** The operating point as it was set, as a percentage without the sign: `50`, `32.25`. */
export function operatingPointPercent(operatingPoint: number): string {
  return String(Number((operatingPoint * 100).toFixed(6)));
}

/** On which side of the operating point an answer lies. */
export function verdict(positive: boolean): 'positive' | 'negative' {
  return positive ? 'positive' : 'negative';
}

/** Series Description (0008,103E) is an LO. */
const LONGEST_TITLE = 64;
const HIGHEST_EDITION = 99;

/**
 * The name of a series of results as a list shows it, at most 64 characters. Of several sets in one study it tells
 * which is the newer: `AI result rev 2; not for primary diagnosis`.
 *
 * @param what such as `AI result`. @param rest what follows the edition, with what separates it
 * @param edition how many sets were written about the study by the same model so far, this one included
 */
export function seriesTitle(what: string, rest: string, edition = 1): string {
  const end = `${rest}; ${NOT_FOR_PRIMARY_DIAGNOSIS}`;
  if (edition <= 1) return `${what}${end}`;
  const number = Math.min(edition, HIGHEST_EDITION);
  const title = `${what} rev ${number}${end}`;
  return title.length <= LONGEST_TITLE ? title : `${what} ${number}${end}`;
}
