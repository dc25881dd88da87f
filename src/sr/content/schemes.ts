import type { ContentItem } from './item.js';

/** Designators of the coding schemes of all codes in a tree; what is pointed to stands elsewhere in it. */
export function schemesOf(item: ContentItem): string[] {
  const own = item.concept === undefined ? [] : [item.concept.scheme];
  if (item.valueType === 'CODE') own.push(item.value.scheme);
  if (item.valueType === 'NUM') own.push(item.measured.unit.scheme);
  const children = 'children' in item ? item.children : [];
  return [
    ...own,
    ...children.flatMap((child) => (child.byReference ? [] : schemesOf(child.item as ContentItem))),
  ];
}
