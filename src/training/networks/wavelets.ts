import type { TensorFlow } from '../../model/index.js';
import {
  blobFilters,
  channelsOf,
  DIRECTIONS,
  type GivenLayers,
  morletWavelets,
  PHASES,
  type Symbolic,
} from '../../model/index.js';

/**
 * For each channel of the image and each octave how strong the wavelets of each direction are, and its bright and dark
 * blobs; for the first channel also the wavelets of the wavelet strengths, at each coarser octave (the second order of
 * a scattering network, Bruna & Mallat 2013); and the grey values. All are averaged to the grid of the coarsest octave.
 */
export function waveletMaps(tf: TensorFlow, given: GivenLayers, image: Symbolic, octaves: number): Symbolic {
  const waves = morletWavelets();
  const blobs = blobFilters();
  /** Rectified phases added up: nearly the modulus of the complex wavelet. */
  const strengths = (from: Symbolic, name: string) =>
    given.combine(
      given.filter(from, `${name}_waves`, waves),
      `${name}_strength`,
      channelsOf(from) * DIRECTIONS,
      (input, output) => (Math.floor(input / PHASES) === output ? 1 : 0),
    );

  const maps: Symbolic[] = [];
  let picture = image;
  for (let octave = 1; octave <= octaves; octave++) {
    const name = `octave_${octave}`;
    const coarser = octaves - octave;
    const add = (map: Symbolic, what: string, times = coarser) =>
      maps.push(given.halve(map, `${name}_${what}_grid`, times));
    if (octave > 1) picture = given.halve(picture, `${name}_picture`);
    const strength = strengths(picture, name);
    add(strength, 'strength');
    add(given.filter(picture, `${name}_blobs`, blobs), 'blobs');
    if (coarser === 0) continue;
    let again = given.combine(strength, `${name}_first`, DIRECTIONS, (input, output) =>
      input === output ? 1 : 0,
    );
    for (let second = octave + 1; second <= octaves; second++) {
      again = given.halve(again, `${name}_${second}_halved`);
      add(strengths(again, `${name}_${second}`), `${second}`, octaves - second);
    }
  }
  // The picture has been halved to the grid by now.
  maps.push(picture);
  return tf.layers.concatenate({ name: 'wavelets' }).apply(maps) as Symbolic;
}

/** Grey values, 0 black to 1 white: below the first is air, from the second on there is breast. */
const AIR = 0.06;
const BREAST = 0.11;

/** One map on the grid of the coarsest octave, 1 in the breast and 0 in the air beside it. */
export function breastMap(given: GivenLayers, image: Symbolic, octaves: number): Symbolic {
  const small = given.halve(image, 'breast_picture', octaves - 1);
  const above = given.above(small, 'breast_above', 0, [AIR, BREAST], 1 / (BREAST - AIR));
  return given.combine(above, 'breast', 1, (input) => (input === 0 ? 1 : -1));
}
