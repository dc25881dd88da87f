import type { Laterality, View } from '../dicom/index.js';
import { between, uniformFrom } from '../random.js';
import { buildAnatomy, type Composition } from './anatomy.js';
import { type Exposure, expose } from './exposedField.js';
import { type Lesion, type LesionRequest, lesionPatch, placeOf } from './lesion.js';
import { breastShape, craniocaudalOutline, mediolateralObliqueOutline, vary } from './outline.js';
import { sharedTexture } from './sharedTexture.js';
import { powerLawTiles, type Tile, unitVariance } from './texture.js';

export interface MammogramOptions {
  /** The same seed makes the same patient, pixel by pixel. */
  seed: string | number;
  view: View;
  laterality: Laterality;
  /** 16 to 65535 each. */
  rows: number;
  columns: number;
  composition?: Composition;
  intent?: 'presentation' | 'processing';
  lesion?: LesionRequest;
}

export interface Mammogram extends Exposure {
  /** mm per pixel at the detector. */
  spacing: number;
  /** Compressed breast thickness, mm. */
  thickness: number;
  lesion: Lesion | undefined;
}

/** Height of the field of view, mm, whatever the number of rows: a 24 × 30 cm detector with its borders cut. */
const FIELD_HEIGHT = 233;

/** Draws one view. The result depends on nothing but the options. */
export function drawMammogram(options: MammogramOptions): Mammogram {
  const { seed, view, laterality, rows, columns } = options;
  const spacing = pixelSpacing(rows);
  const field = { width: columns * spacing, height: rows * spacing };
  const patient = uniformFrom(seed, 'patient');
  const thickness = Math.round(between(patient, 45, 68)) + (view === 'MLO' ? 3 : 0);
  const shape = vary(breastShape(patient, field), uniformFrom(seed, 'side', laterality));
  const draw = view === 'CC' ? craniocaudalOutline : mediolateralObliqueOutline;
  const outline = draw(shape, field.height, uniformFrom(seed, 'outline', view, laterality));

  const longEdge = Math.max(rows, columns);
  const grid = Math.max(1, longEdge / (longEdge > 1024 ? 416 : 256));
  const gridSpacing = spacing * grid;
  const gridSize = (pixels: number) => Math.ceil(pixels / grid) + 2;
  const coarseSide = powerOfTwo(longEdge / grid);
  // The grid carries what is coarser than about six of its cells, the pixels carry the rest.
  const crossover = 1 / (6.5 * gridSpacing);
  const coarse = (frequency: number) => 1 / (1 + (frequency / crossover) ** 6);
  const size = [seed, coarseSide, gridSpacing];
  const shared = sharedTexture(['tissue', view, ...size], () =>
    powerLawTiles(uniformFrom(seed, 'tissue', view), coarseSide, gridSpacing, coarse),
  );
  const [own] = powerLawTiles(uniformFrom(seed, 'tissue', view, laterality), coarseSide, gridSpacing, coarse);
  const web = sharedTexture(['web', view, ...size], () => {
    // Between wavelengths of about 6 and 14 mm.
    const band = (frequency: number) => Math.exp(-(((frequency - 0.11) / 0.035) ** 2));
    const [one, two] = powerLawTiles(uniformFrom(seed, 'web', view), coarseSide, gridSpacing, band);
    return [unitVariance(one), unitVariance(two)] as [Tile, Tile];
  });
  const anatomy = buildAnatomy({
    outline,
    composition: options.composition ?? 'b',
    rows: gridSize(rows),
    columns: gridSize(columns),
    spacing: gridSpacing,
    shared,
    own,
    web,
    random: uniformFrom(seed, 'anatomy', view, laterality),
  });

  const fineSide = longEdge > 1024 ? 512 : 256;
  const grain = sharedTexture(['grain', seed, fineSide, spacing, crossover], () =>
    powerLawTiles(uniformFrom(seed, 'detail'), fineSide, spacing, (frequency) => 1 - coarse(frequency)),
  );
  const [noise] = sharedTexture(['noise', seed], () => [whiteNoise(uniformFrom(seed, 'noise'))] as const);
  const request = options.lesion;
  const at = request ? placeOf(request, outline) : undefined;
  const exposure = expose({
    rows,
    columns,
    spacing,
    thickness,
    anatomy,
    grain,
    grainOffset: Math.floor(uniformFrom(seed, 'grain', view, laterality)() * fineSide),
    noise,
    lesion: request && at ? lesionPatch(request, at, spacing, uniformFrom(seed, 'lesion', view)) : undefined,
    mirrored: laterality === 'R',
    intent: options.intent ?? 'presentation',
  });
  const x = at ? at.x / spacing : 0;
  const lesion =
    request && at
      ? {
          kind: request.kind,
          x: laterality === 'R' ? columns - x : x,
          y: at.y / spacing,
          radius: request.diameter / 2 / spacing,
        }
      : undefined;
  return { ...exposure, spacing, thickness, lesion };
}

/** mm per pixel, such that the field is 233 mm high. */
function pixelSpacing(rows: number): number {
  return Number((FIELD_HEIGHT / rows).toPrecision(4));
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(32, atLeast)));
}

/** Sum of uniform numbers: near enough to Gaussian, unit variance. */
function whiteNoise(random: () => number): Tile {
  const side = 256;
  const values = new Float32Array(side * side);
  for (let i = 0; i < values.length; i++) values[i] = (random() + random() + random() - 1.5) * 2;
  return { side, spacing: 1, values };
}
