import { ATTENUATION_STEP } from './exposedField.js';

/** Steps of a display by which stored values become brightness; positions are fractions of the stored range. */
export type Voi =
  /** One LINEAR window over the whole range. */
  | { kind: 'full' }
  /** One LINEAR window narrower than what is stored. */
  | { kind: 'linear'; center: number; width: number }
  /** Several SIGMOID windows, the first meant; stored values lie where log detectors put them. */
  | { kind: 'sigmoid'; windows: { center: number; width: number; explanation: string }[] }
  /** VOI LUT Sequence instead of windows. */
  | { kind: 'lut' };

/** How pixels are stored. */
export interface Storage {
  /** Bits Stored, 8 to 16. */
  bits: number;
  /** Two's complement: the lowest value is −2^(bits − 1). */
  signed: boolean;
  photometric: 'MONOCHROME1' | 'MONOCHROME2';
}

/**
 * Table from an exposure's value (0 to 65535) to the stored bit pattern for presentation, so that brightness
 * after the image's own VOI transformation is the exposure's value, as far as the bits go. Air is the darkest.
 */
export function presentationTable(voi: Voi, storage: Storage): Uint16Array {
  const top = 2 ** storage.bits - 1;
  const inverse = brightnessToFraction(voi);
  return table(storage, (value) => {
    const fraction = value === 0 ? 0 : Math.max(0, Math.min(1, inverse(value / 65535)));
    const bright = Math.round(fraction * top);
    return storage.photometric === 'MONOCHROME1' ? top - bright : bright;
  });
}

/**
 * The same for processing: MONOCHROME1 stores the detector's signal, linear in intensity; MONOCHROME2 stores its
 * negative logarithm. Air saturates.
 */
export function processingTable(storage: Storage): Uint16Array {
  const top = 2 ** storage.bits - 1;
  return table(storage, (value) => {
    const attenuation = value * ATTENUATION_STEP;
    if (storage.photometric === 'MONOCHROME1') return Math.round(0.92 * top * Math.exp(-attenuation));
    return Math.round((top * Math.min(6, attenuation)) / 6);
  });
}

function table(storage: Storage, stored: (value: number) => number): Uint16Array {
  const mask = storage.bits === 16 ? 0xffff : (1 << storage.bits) - 1;
  const shift = storage.signed ? 2 ** (storage.bits - 1) : 0;
  const entries = new Uint16Array(65536);
  for (let value = 0; value < 65536; value++) {
    // Bits above Bits Stored repeat the sign (PS3.5 §8.1.1): the pattern of the whole allocated word.
    const number = stored(value) - shift;
    entries[value] = storage.signed ? number & 0xffff : number & mask;
  }
  return entries;
}

/** Inverse of the display transformation: brightness 0 to 1 → fraction of the stored range. */
function brightnessToFraction(voi: Voi): (brightness: number) => number {
  if (voi.kind === 'linear') return (b) => voi.center + (b - 0.5) * voi.width;
  if (voi.kind === 'sigmoid') {
    const { center, width } = voi.windows[0]!;
    // Inverse of y = 1 / (1 + exp(−4 (x − c) / w)) (PS3.3 C.11.2.1.3.1).
    return (b) => {
      const inside = Math.max(0.002, Math.min(0.998, b));
      return center + (width / 4) * Math.log(inside / (1 - inside));
    };
  }
  if (voi.kind === 'lut') {
    return (b) => {
      let low = 0;
      let high = 1;
      for (let i = 0; i < 20; i++) {
        const middle = (low + high) / 2;
        if (lutCurve(middle) < b) low = middle;
        else high = middle;
      }
      return low;
    };
  }
  return (b) => b;
}

/** Monotone S-shaped display curve of the VOI LUT habit: fraction of stored range → brightness. */
export function lutCurve(fraction: number): number {
  const raw = (x: number) => 1 / (1 + Math.exp(-7 * (x - 0.55)));
  return (raw(fraction) - raw(0)) / (raw(1) - raw(0));
}
