import type { Dataset } from './dataset.js';
import type { SourceInstance } from './source.js';

/* Single values of a source instance: what is not in the form of its attribute is as good as absent. */

export function lossyCompressionOf(dataset: Dataset): SourceInstance['lossyImageCompression'] {
  if (dataset.string('LossyImageCompression') !== '01') return undefined;
  return {
    ratios: dataset.numbers('LossyImageCompressionRatio').filter((ratio) => ratio > 0),
    methods: dataset
      .strings('LossyImageCompressionMethod')
      .filter((method) => /^[A-Z0-9_ ]{1,16}$/.test(method)),
  };
}

export function patientOrientationOf(dataset: Dataset): [string, string] | undefined {
  const [row, column, ...more] = dataset.strings('PatientOrientation').map((value) => value.toUpperCase());
  const valid = (value: string | undefined) => value !== undefined && /^[ALPRHF]{1,3}$/.test(value);
  return valid(row) && valid(column) && more.length === 0 ? [row!, column!] : undefined;
}

export function spacingOf(dataset: Dataset, keyword: string): [number, number] | undefined {
  const [row, column] = dataset.numbers(keyword);
  return row !== undefined && column !== undefined && row > 0 && column > 0 ? [row, column] : undefined;
}

/** Values that are no DA or TM are as good as none: they could not be written again. */
export function dateOf(dataset: Dataset, keyword: string): string | undefined {
  const value = dataset.string(keyword);
  return value !== undefined && /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(value) ? value : undefined;
}

export function timeOf(dataset: Dataset, keyword: string): string | undefined {
  const value = dataset.string(keyword);
  return value !== undefined && /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/.test(value)
    ? value
    : undefined;
}

export function integerOf(dataset: Dataset, keyword: string): number | undefined {
  const value = dataset.number(keyword);
  return Number.isInteger(value) ? value : undefined;
}
