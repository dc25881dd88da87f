import { drawMammogram, type Mammogram, type MammogramOptions } from './drawnMammogram.js';
import { HABITS, type HabitName } from './habit.js';
import { presentationTable, processingTable, type Storage } from './tone.js';

export interface StoredMammogramOptions extends MammogramOptions, Partial<Storage> {
  habit?: HabitName;
}

export interface StoredMammogram extends Mammogram {
  storage: Storage;
  /** Stored pixels, row-major: one byte each at 8 bits, else 16-bit patterns (two's complement where signed). */
  stored: Uint8Array | Uint16Array;
}

/**
 * Draws one view and stores it as the habit's machine would. `values` keeps what was drawn: for presentation the
 * brightness that the display shows, 0 (air) to 65535.
 */
export function makeMammogram(options: StoredMammogramOptions): StoredMammogram {
  const storage: Storage = {
    bits: options.bits ?? 12,
    signed: options.signed ?? false,
    photometric: options.photometric ?? 'MONOCHROME2',
  };
  if (!Number.isInteger(storage.bits) || storage.bits < 8 || storage.bits > 16) {
    throw new RangeError(`${storage.bits} bits: 8 to 16 can be stored`);
  }
  const mammogram = drawMammogram(options);
  const table =
    options.intent === 'processing'
      ? processingTable(storage)
      : presentationTable(HABITS[options.habit ?? 'plain'].voi, storage);
  const { values } = mammogram;
  const stored = storage.bits === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) stored[i] = table[values[i]!]!;
  return { ...mammogram, storage, stored };
}
