/**
 * A number as people read it: digits in groups of three from 10 000 on, with a narrow no-break space between them (ISO
 * 80000-1, 7.3.1), so that it is neither torn apart nor taken for a decimal fraction.
 */
export function numberText(count: number): string {
  return count < 10_000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 study`, `3 studies`: a number with what it counts. @param plural where it is more than an s at the end */
export function countText(count: number, one: string, plural = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : plural}`;
}
