import { LRUCache } from 'lru-cache';
import type { Tile } from './texture.js';

/** Two for each of two views, and two that all views have. */
const OF_ONE_PATIENT = 6;

const latest = new LRUCache<string, readonly Tile[]>({ max: OF_ONE_PATIENT });

/**
 * Texture that several images of a patient have in common. It takes half of the time that an image takes, and the
 * images of an exam are drawn one after another: that of the last patient is kept.
 *
 * @param words all that the texture depends on
 * @returns to be read only
 */
export function sharedTexture<Tiles extends readonly Tile[]>(
  words: readonly (string | number)[],
  make: () => Tiles,
): Tiles {
  const key = words.join('\u0000');
  const known = latest.get(key) as Tiles | undefined;
  if (known !== undefined) return known;
  const made = make();
  latest.set(key, made);
  return made;
}
