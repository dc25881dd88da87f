import { type LesionBox, Random } from '../../dataset/index.js';
import { attentionRegion, type HeatMap } from '../../gradcam/index.js';
import type { BreastMask, InputGeometry } from '../../image/index.js';
import { mean } from '../statistics/index.js';
import { overlapOf } from './overlap.js';
import { holds, localPeaks, type MapPlace, type MapPlaces, placesOnBreast, placesOnFile } from './places.js';

/** So many of a map's best places are asked whether they lie in a lesion. */
export const BEST_PLACES = [1, 2, 4] as const;
/** Draws of places for FROC's chance. */
export const CHANCE_DRAWS = 20;
/** A reader would not look at more of one image. */
const MOST_MARKS = 10;

/**
 * What an image adds to FROC: for each malignant lesion its best mark, 0 for none, and the marks that hit no lesion.
 */
export interface Marks {
  lesions: number[];
  falseMarks: number[];
}

/** How one image's heat map lies to its boxes. */
export interface LocatedImage {
  file: string;
  case: string;
  set: string | undefined;
  /** Number of malignant boxes. */
  lesions: number;
  /** The map's highest place lies in a malignant box. Undefined without one. */
  peakInLesion: number | undefined;
  /** Share of the best 1, 2, 4 places that do. */
  hits: number[] | undefined;
  /** Share of the breast's places that do: what any place drawn there would reach. */
  chance: number | undefined;
  /** Intersection over union of the region and the best fitting malignant box; and of the same region elsewhere. */
  overlap: number | undefined;
  overlapByChance: number | undefined;
  /** The map has no heat at all. */
  flat: boolean;
  marks: Marks;
  /** The same marks at places drawn within the breast. */
  marksByChance: Marks[];
}

export interface LocatedSubject {
  file: string;
  case: string;
  set?: string | undefined;
  /** Calibrated; a mark weighs as much as the map there, times this, as the service draws it. */
  probability: number;
  boxes: readonly LesionBox[];
  mask: BreastMask;
  geometry: InputGeometry;
}

/** Holds a heat map against the boxes of its image. A flat map points nowhere: it misses. */
export function locate(heatMap: HeatMap, subject: LocatedSubject): LocatedImage {
  const { boxes, geometry, probability } = subject;
  const map = placesOnFile(heatMap, geometry);
  const breast = placesOnBreast(map, subject.mask);
  const malignant = boxes.filter(({ pathology }) => pathology === 'malignant');
  const inLesion = (place: MapPlace) => malignant.some((box) => holds(box, place, map));
  const share = (places: MapPlace[], hit: (place: MapPlace) => boolean) =>
    mean(places.map((place) => Number(hit(place))));
  // A place without heat is none that the map points at.
  const pointed = (place: MapPlace) => place.value > 0 && inLesion(place);
  const flat = !(heatMap.peak > 0);
  const hottest = map.places.toSorted((a, b) => b.value - a.value);
  const hits = BEST_PLACES.map((count) => share(hottest.slice(0, count), pointed));
  const marked = localPeaks(map).slice(0, MOST_MARKS);
  const marks = marked.map((place) => ({ ...place, value: place.value * probability }));
  // The same draws for a file whatever stands beside it.
  const random = new Random(seedOf(subject.file));
  const moved = () => marks.map(({ value }) => ({ ...breast[random.below(breast.length)]!, value }));
  const found = malignant.length > 0;
  const regions = found && !flat ? overlaps(heatMap, geometry, malignant, breast) : [0, 0];
  return {
    file: subject.file,
    case: subject.case,
    set: subject.set,
    lesions: malignant.length,
    peakInLesion: found ? hits[0] : undefined,
    hits: found ? hits : undefined,
    chance: found ? share(breast, inLesion) : undefined,
    overlap: found ? regions[0] : undefined,
    overlapByChance: found ? regions[1] : undefined,
    flat,
    marks: marksOf(marks, boxes, map),
    marksByChance: Array.from({ length: CHANCE_DRAWS }, () => marksOf(moved(), boxes, map)),
  };
}

/** Marks in boxes of unknown kind are neither hits nor false. */
function marksOf(marks: MapPlace[], boxes: readonly LesionBox[], map: MapPlaces): Marks {
  const malignant = boxes.filter(({ pathology }) => pathology === 'malignant');
  const spared = boxes.filter(({ pathology }) => pathology !== 'benign');
  return {
    lesions: malignant.map((box) =>
      marks.reduce((best, mark) => (holds(box, mark, map) ? Math.max(best, mark.value) : best), 0),
    ),
    falseMarks: marks
      .filter((mark) => !spared.some((box) => holds(box, mark, map)))
      .map(({ value }) => value),
  };
}

function overlaps(
  heatMap: HeatMap,
  geometry: InputGeometry,
  boxes: LesionBox[],
  breast: MapPlace[],
): [overlap: number, byChance: number] {
  const region = attentionRegion(heatMap, geometry);
  if (region === undefined) return [0, 0];
  const image = { x: 0, y: 0, width: geometry.sourceColumns, height: geometry.sourceRows };
  const best = (dx: number, dy: number) => {
    const outline = region.outline.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
    return Math.max(...boxes.map((box) => overlapOf(outline, box, image)));
  };
  return [best(0, 0), mean(breast.map(({ x, y }) => best(x - region.peak.x, y - region.peak.y)))];
}

function seedOf(text: string): number {
  let seed = 7;
  for (let i = 0; i < text.length; i++) seed = (Math.imul(seed, 31) + text.charCodeAt(i)) >>> 0;
  return seed;
}
