/** `1 study`, `3 studies`: a number with what it counts. @param plural where it is more than an s at the end */
export function countText(count: number, one: string, plural = `${one}s`): string {
  return `${count} ${count === 1 ? one : plural}`;
}
