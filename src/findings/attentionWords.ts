import type { AttentionPlace, ImageFinding } from './types.js';

/** Whether a place may be marked. */
export function isMarkable(place: AttentionPlace): boolean {
  return place === 'breast' || place === 'image-border';
}

/**
 * What must be said of where the attention lies, as a sentence; undefined where it is in the breast. What touches the
 * border is spoken of only where it is marked.
 */
export function attentionCaution({
  attention,
  region,
}: Pick<ImageFinding, 'attention' | 'region'>): string | undefined {
  switch (attention) {
    case 'image-border':
      return region && 'The marked place touches the image border: rely on it less.';
    case 'image-corner':
      return 'The strongest attention lies in an empty corner of the image: not marked; trust the number less.';
    case 'outside-breast':
      return 'The strongest attention lies outside the breast: not marked; trust the number less.';
    default:
      return undefined;
  }
}
