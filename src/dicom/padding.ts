/**
 * A text without the padding at its end (PS3.5 §6.2). Not by `/\0+$/`: a regular expression looks at a run of padding
 * from each of its places, which takes twenty minutes for a megabyte of zeros with a letter behind it.
 *
 * @param padding the characters that pad
 */
export function withoutPadding(text: string, padding: string): string {
  let end = text.length;
  while (end > 0 && padding.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}
