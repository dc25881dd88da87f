import { InvalidArgumentError } from 'commander';

/** Numbers as options and answers give them; commander says which option was wrong. */

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
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

/** Numbers with commas between them. @throws InvalidArgumentError */
export function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (text.trim() === '' || !values.every(Number.isFinite))
    throw new InvalidArgumentError('numbers with commas between them are needed, such as 0.485,0.456,0.406');
  return values;
}
