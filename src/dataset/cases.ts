/** Images, answers or whatever else belongs to patients, by patient and in the order of first appearance. */
export function groupByCase<Item extends { case: string }>(items: readonly Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.case);
    if (group === undefined) groups.set(item.case, [item]);
    else group.push(item);
  }
  return groups;
}
