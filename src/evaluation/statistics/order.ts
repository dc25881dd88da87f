/**
 * What stands at the given places, ascending, when the values are sorted.
 *
 * @param places from 0 to one less than the number of values
 */
export function orderStatistics(values: Uint16Array | Float32Array, places: readonly number[]): number[] {
  if (values instanceof Float32Array) {
    const sorted = values.toSorted();
    return places.map((place) => sorted[place]!);
  }
  // Whole numbers are counted: a digital mammogram has millions.
  const counts = new Uint32Array(65536);
  for (let i = 0; i < values.length; i++) counts[values[i]!]!++;
  let [level, below] = [0, 0];
  return places.map((place) => {
    while (below + counts[level]! <= place) below += counts[level++]!;
    return level;
  });
}
