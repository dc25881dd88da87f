import { InvalidArgumentError } from 'commander';

/** Numbers as options and answers give them; commander says which option was wrong. */

/** More than anything here is counted to, and what a database takes as a number. */
const HIGHEST = 2 ** 31 - 1;

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < 1 || value > HIGHEST)
    throw new InvalidArgumentError('a whole number from 1 on is needed');
  return value;
}

/** @throws InvalidArgumentError */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
}

/** @throws InvalidArgumentError */
export function numberFromZero(text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === '') throw new InvalidArgumentError('a number from 0 on is needed');
  return value;
}

/**
 * Rows and columns of a network's input, `512x320`.
 *
 * @throws InvalidArgumentError
 */
export function inputSize(text: string): { rows: number; columns: number } {
  const [, rows, columns] = /^(\d{1,4})x(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (!isWhole(rows) || !isWhole(columns))
    throw new InvalidArgumentError(
      `ROWSxCOLUMNS is needed, both multiples of ${COARSEST_STRIDE}, such as 512x320`,
    );
  return { rows, columns };
}

const COARSEST_STRIDE = 32;

function isWhole(side: number | undefined): side is number {
  return side !== undefined && side > 0 && side % COARSEST_STRIDE === 0;
}

/** Numbers with commas between them. @throws InvalidArgumentError */
export function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (text.trim() === '' || !values.every(Number.isFinite))
    throw new InvalidArgumentError('numbers with commas between them are needed, such as 0.485,0.456,0.406');
  return values;
}
