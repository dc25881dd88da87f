export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** @param fraction 0 smallest, 1 largest */
export function quantile(values: number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]!;
}

export function fastest(values: number[]): number {
  return Math.min(...values);
}
