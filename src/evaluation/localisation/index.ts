/**
 * Whether the heat map points at the lesion. Each image with boxes is looked at on its own: its map's places are laid
 * on the file by the way that the preparation came (crop, mirror), and held against the boxes. What is found is joined
 * to figures with intervals by patient, each beside what chance would give: places drawn within the breast.
 *
 * - `places.ts`: the map's places in pixels of the file.
 * - `located.ts`: one image: its peak, its best places, its region and its marks against its boxes.
 * - `localisation.ts`: all images: peak in lesion, hits of the best places, overlap, FROC.
 */
export { type Localisation, localisationOf } from './localisation.js';
export { type LocatedImage, type LocatedSubject, locate } from './located.js';
