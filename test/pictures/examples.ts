import type { Algorithm, SourceInstance } from '../../src/dicom/index.js';
import { asUid } from '../../src/dicom/index.js';
import type { HeatMap } from '../../src/gradcam/index.js';
import type { InputGeometry, Orientation } from '../../src/image/index.js';
import type { Caption, OverlayInput } from '../../src/pictures/index.js';

export const ORIENTATIONS: Orientation[] = [false, true].flatMap((flip) =>
  ([0, 1, 2, 3] as const).map((quarterTurns) => ({ flip, quarterTurns })),
);

/** A source of 900 × 1200 pixels, of which the network saw a part, 160 × 128. */
export function geometryOf(change: Partial<InputGeometry> = {}): InputGeometry {
  return {
    sourceRows: 1200,
    sourceColumns: 900,
    crop: { left: 100, top: 150, width: 700, height: 800 },
    orientation: { flip: false, quarterTurns: 0 },
    inputRows: 160,
    inputColumns: 128,
    ...change,
  };
}

/** A map with the given cells (row, column, value 0…1) on a ground of 0. */
export function heatMapWith(rows: number, columns: number, cells: [number, number, number][]): HeatMap {
  const values = new Float32Array(rows * columns);
  for (const [row, column, value] of cells) values[row * columns + column] = value;
  return { rows, columns, values, peak: 1.5 };
}

export const FLAT: HeatMap = { rows: 4, columns: 4, values: new Float32Array(16), peak: 0 };

export const CAPTION: Caption = {
  laterality: 'R',
  view: 'MLO',
  probability: 0.83,
  operatingPoint: 0.5,
  probabilityName: 'Probability of cancer ("malignant")',
  notExcluded: 'cancer',
  modelName: 'ddsm-mass',
  modelVersion: '1.0.0',
  method: 'Grad-CAM',
};

export const ALGORITHM: Algorithm = {
  name: 'ddsm-mass',
  version: '1.0.0',
  manufacturer: 'Mamori',
  parameters: [],
  deviceUid: asUid('2.25.5'),
  softwareVersions: 'Mamori 0.1.0',
};

/** A display image of the whole source at a third of its size, with all greys in it. */
export function overlayInput(change: Partial<OverlayInput> = {}): OverlayInput {
  const display = { rows: 400, columns: 300, pixels: new Uint8Array(400 * 300) };
  for (let i = 0; i < display.pixels.length; i++) display.pixels[i] = (i * 7 + Math.floor(i / 300)) % 256;
  return {
    display,
    heatMap: heatMapWith(8, 7, [[3, 4, 1]]),
    geometry: geometryOf(),
    region: undefined,
    caption: CAPTION,
    ...change,
  };
}

/** An attribute of text as it stands in a source. */
function raw(tag: string, vr: string, text: string) {
  const bytes = Buffer.from(text, 'latin1');
  const pad = Buffer.from(vr === 'UI' ? '\0' : ' ');
  return { tag, vr, bytes: new Uint8Array(bytes.length % 2 ? Buffer.concat([bytes, pad]) : bytes) };
}

/** `Yamada^Tarou=山田^太郎` in ISO 2022 IR 87, with the escapes as they stand in PS3.5 H.3. */
export const JAPANESE_NAME = 'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B';

export const SOURCE: SourceInstance = {
  studyInstanceUID: asUid('2.25.1001'),
  seriesInstanceUID: asUid('2.25.1002'),
  sopInstanceUID: asUid('2.25.1003'),
  sopClassUID: asUid('1.2.840.10008.5.1.4.1.1.1.2'),
  transferSyntaxUID: '1.2.840.10008.1.2.1',
  patientAndStudy: [
    raw('00080005', 'CS', '\\ISO 2022 IR 87'),
    raw('00080020', 'DA', '20260102'),
    raw('00080030', 'TM', '101112'),
    raw('00080050', 'SH', 'ACC1'),
    raw('00080090', 'PN', ''),
    raw('00100010', 'PN', JAPANESE_NAME),
    raw('00100020', 'LO', 'ID-1'),
    raw('00100030', 'DA', '19600101'),
    raw('00100040', 'CS', 'F'),
    raw('0020000D', 'UI', '2.25.1001'),
    raw('00200010', 'SH', '1'),
  ],
  view: 'MLO',
  laterality: 'R',
  intent: 'presentation',
  viewCode: { value: '399368009', scheme: 'SCT', meaning: 'medio-lateral oblique' },
  rows: 1200,
  columns: 900,
  patientOrientation: ['P', 'F'],
  pixelSpacing: undefined,
  imagerPixelSpacing: [0.1, 0.1],
  studyDate: '20260102',
  studyTime: '101112',
  contentDate: '20260102',
  contentTime: '101113',
  acquisitionDate: '20260102',
  acquisitionTime: '101113',
  seriesNumber: 1,
  instanceNumber: 1,
  manufacturer: 'ACME',
  greyscale: {
    modality: { slope: 1, intercept: 0, type: 'US' },
    voi: { center: 2048, width: 4096, function: 'LINEAR' },
    inverted: false,
  },
};
