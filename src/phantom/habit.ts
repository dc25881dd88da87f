import type { Code, View } from '../dicom/index.js';
import type { Voi } from './tone.js';

/** How a make of mammography unit writes its files; invented machines with the habits seen in real ones. */
export type HabitName =
  /** By the book: SCT codes, one window. */
  | 'plain'
  /** Three SIGMOID windows, SNM3 codes, View Position as well, padding value; one series for all views. */
  | 'ge'
  /** VOI LUT Sequence, SRT codes; a series per view. */
  | 'hologic'
  /** One narrow LINEAR window, SCT codes, View Position as well. */
  | 'siemens'
  /** Retired SRT codes and nothing else remarkable. */
  | 'srt'
  /** View Position without a View Code Sequence (not conformant: the sequence is Type 1). */
  | 'view-position';

export interface Habit {
  manufacturer: string;
  model: string;
  software: string;
  voi: Voi;
  codes: 'SCT' | 'SRT' | 'SNM3' | undefined;
  viewPosition: boolean;
  seriesPerView: boolean;
  detector: 'DIRECT' | 'SCINTILLATOR';
  anode: string;
  filter: string;
  /** Name the background's value as padding. */
  padding: boolean;
}

const PLAIN: Habit = {
  manufacturer: 'Phantom Imaging',
  model: 'Made Exam',
  software: '1.0',
  voi: { kind: 'full' },
  codes: 'SCT',
  viewPosition: false,
  seriesPerView: false,
  detector: 'DIRECT',
  anode: 'TUNGSTEN',
  filter: 'RHODIUM',
  padding: false,
};

export const HABITS: Record<HabitName, Habit> = {
  plain: PLAIN,
  ge: {
    ...PLAIN,
    manufacturer: 'Phantom Imaging (GE habits)',
    model: 'Made Senographe',
    voi: {
      kind: 'sigmoid',
      windows: [
        { center: 0.648, width: 0.22, explanation: 'NORMAL' },
        { center: 0.662, width: 0.183, explanation: 'HARDER' },
        { center: 0.627, width: 0.256, explanation: 'SOFTER' },
      ],
    },
    codes: 'SNM3',
    viewPosition: true,
    detector: 'SCINTILLATOR',
    anode: 'RHODIUM',
    padding: true,
  },
  hologic: {
    ...PLAIN,
    manufacturer: 'Phantom Imaging (Hologic habits)',
    model: 'Made Dimensions',
    voi: { kind: 'lut' },
    codes: 'SRT',
    seriesPerView: true,
  },
  siemens: {
    ...PLAIN,
    manufacturer: 'Phantom Imaging (Siemens habits)',
    model: 'Made Mammomat',
    voi: { kind: 'linear', center: 0.45, width: 0.62 },
    viewPosition: true,
  },
  srt: { ...PLAIN, codes: 'SRT' },
  'view-position': { ...PLAIN, codes: undefined, viewPosition: true },
};

/** View codes by scheme (CID 4014; PS3.16 Annex on retired SNOMED-RT values). */
export function viewCode(view: View, scheme: 'SCT' | 'SRT' | 'SNM3'): Code {
  const old = view === 'CC' ? 'R-10242' : 'R-10226';
  const current = view === 'CC' ? '399162004' : '399368009';
  return {
    value: scheme === 'SCT' ? current : old,
    scheme,
    meaning: view === 'CC' ? 'cranio-caudal' : 'medio-lateral oblique',
  };
}

export function breastCode(scheme: 'SCT' | 'SRT' | 'SNM3'): Code {
  return { value: scheme === 'SCT' ? '76752008' : 'T-04000', scheme, meaning: 'Breast' };
}

/** What makes a view other than a standard one (CID 4015), or, for a specimen, another view altogether (CID 4014). */
export type Modifier = 'magnification' | 'spot-compression' | 'implant-displaced' | 'specimen';

export const MODIFIERS: Record<Modifier, { sct: Code; srt: Code }> = {
  magnification: modifier('399163009', 'R-102D6', 'Magnification'),
  'spot-compression': modifier('399055006', 'R-102D7', 'Spot compression'),
  'implant-displaced': modifier('399209000', 'R-102D5', 'Implant displaced'),
  specimen: modifier('127457009', 'G-8310', 'tissue specimen from breast'),
};

function modifier(current: string, old: string, meaning: string): { sct: Code; srt: Code } {
  return { sct: { value: current, scheme: 'SCT', meaning }, srt: { value: old, scheme: 'SRT', meaning } };
}
