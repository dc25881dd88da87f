/**
 * Holds a text against a pattern, in which `*` stands for any characters and `?` for one (PS3.4 C.2.2.2.4). In time
 * that grows with the length of both: as a regular expression a pattern with seven stars keeps a processor busy for
 * half a minute over a description of 64 letters, and descriptions are anybody's.
 */
export function wildcardPattern(pattern: string, { ignoreCase = false } = {}): (text: string) => boolean {
  // Whole letters, not halves of those that take two units.
  const charactersOf = (text: string) => [...(ignoreCase ? text.toLowerCase() : text)];
  const wanted = charactersOf(pattern);
  return (text) => fits(wanted, charactersOf(text));
}

function fits(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  let place = 0;
  // Where to go on if what follows the last star does not fit here: the star then takes one character more.
  let star: { at: number; place: number } | undefined;
  while (place < text.length) {
    if (pattern[at] === '*') {
      star = { at, place };
      at++;
    } else if (pattern[at] === '?' || pattern[at] === text[place]) {
      at++;
      place++;
    } else if (star !== undefined) {
      star.place++;
      at = star.at + 1;
      place = star.place;
    } else return false;
  }
  return pattern.slice(at).every((character) => character === '*');
}
