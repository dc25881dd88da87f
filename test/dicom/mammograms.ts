import type { HandMade } from './byteStreams.js';

/** Keywords do not help in a stream made by hand: the tags of what the tests change. */
export const TAG = {
  ImageType: '0008,0008',
  SOPClassUID: '0008,0016',
  SOPInstanceUID: '0008,0018',
  Modality: '0008,0060',
} as const;

/** A complete For Presentation mammogram of 2 × 3 pixels, L CC, with values of every kind. */
export function mammogram(changes: HandMade[] = [], without: string[] = []): HandMade[] {
  const changed = new Set([...changes.map((element) => element.tag), ...without]);
  return [...BASE.filter((element) => !changed.has(element.tag)), ...changes].sort((a, b) =>
    a.tag < b.tag ? -1 : 1,
  );
}

export function codeItem(
  value: string,
  scheme: string,
  meaning: string,
  modifiers?: HandMade[][],
): HandMade[] {
  return [
    { tag: '0008,0100', vr: 'SH', value },
    { tag: '0008,0102', vr: 'SH', value: scheme },
    { tag: '0008,0104', vr: 'LO', value: meaning },
    ...(modifiers ? [{ tag: '0054,0222', vr: 'SQ', value: modifiers }] : []),
  ];
}

const BASE: HandMade[] = [
  { tag: '0008,0005', vr: 'CS', value: 'ISO_IR 100' },
  { tag: '0008,0008', vr: 'CS', value: 'DERIVED\\PRIMARY' },
  { tag: '0008,0016', vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.1.2' },
  { tag: '0008,0018', vr: 'UI', value: '2.25.1' },
  { tag: '0008,0020', vr: 'DA', value: '20260102' },
  { tag: '0008,0030', vr: 'TM', value: '101500.25' },
  { tag: '0008,0050', vr: 'SH', value: 'A1' },
  { tag: '0008,0060', vr: 'CS', value: 'MG' },
  { tag: '0008,0068', vr: 'CS', value: 'FOR PRESENTATION' },
  { tag: '0008,0070', vr: 'LO', value: 'Maker' },
  { tag: '0008,0090', vr: 'PN', value: '' },
  { tag: '0010,0010', vr: 'PN', value: 'Gr\xfcn^Eva' },
  { tag: '0010,0020', vr: 'LO', value: 'P1' },
  { tag: '0010,0030', vr: 'DA', value: '19600101' },
  { tag: '0010,0040', vr: 'CS', value: 'F' },
  { tag: '0018,1164', vr: 'DS', value: '0.07\\0.08' },
  { tag: '0020,000d', vr: 'UI', value: '2.25.2' },
  { tag: '0020,000e', vr: 'UI', value: '2.25.3' },
  { tag: '0020,0010', vr: 'SH', value: '1' },
  { tag: '0020,0011', vr: 'IS', value: '4' },
  { tag: '0020,0013', vr: 'IS', value: '5' },
  { tag: '0020,0020', vr: 'CS', value: 'A\\R' },
  { tag: '0020,0062', vr: 'CS', value: 'L' },
  { tag: '0028,0002', vr: 'US', value: [1] },
  { tag: '0028,0004', vr: 'CS', value: 'MONOCHROME2' },
  { tag: '0028,0010', vr: 'US', value: [2] },
  { tag: '0028,0011', vr: 'US', value: [3] },
  { tag: '0028,0100', vr: 'US', value: [16] },
  { tag: '0028,0101', vr: 'US', value: [12] },
  { tag: '0028,0102', vr: 'US', value: [11] },
  { tag: '0028,0103', vr: 'US', value: [0] },
  { tag: '0028,1300', vr: 'CS', value: 'NO' },
  { tag: '0054,0220', vr: 'SQ', value: [codeItem('399162004', 'SCT', 'cranio-caudal', [])] },
  { tag: '7fe0,0010', vr: 'OW', value: [0, 1, 2, 3, 4, 4095] },
];
