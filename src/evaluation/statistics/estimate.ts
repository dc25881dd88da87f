/** A measured figure. Null where it cannot be measured, e.g. a sensitivity without positive cases. */
export interface Estimate {
  value: number | null;
  /** 95 % confidence interval; null where there are too few patients for one. */
  interval: [lower: number, upper: number] | null;
}

export function estimateOf(value: number, interval: [number, number] | null = null): Estimate {
  return { value: Number.isFinite(value) ? value : null, interval };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value below which the fraction `at` of the values lies, between neighbours by a straight line. NaN for none. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = at * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
