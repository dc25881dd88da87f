import type { Laterality, View } from '../dicom/index.js';
import { type ColourMap, HEAT_LEVELS, MAX_OPACITY } from './colourMap.js';
import { drawText, textWidth, type Weight } from './typeface.js';

/** What the band under the mammogram says. There is no place in it for anything about the patient. */
export interface Caption {
  laterality: Laterality;
  view: View;
  /** Calibrated probability of the positive class, 0 to 1. */
  probability: number;
  /** Calibrated probability from which on an answer is positive, 0 to 1. */
  operatingPoint: number;
  /** Name of the class that the probability speaks of, e.g. `malignant`. */
  positiveClass: string;
  modelName: string;
  modelVersion: string;
  /** How the heat map was made, e.g. `Grad-CAM`. */
  method: string;
}

/** What the colours of this picture mean. */
export interface ScaleNote {
  /** Nothing in the image raised the score: there are no colours. */
  flat: boolean;
  /** Heat of the map's strongest place, 0 to 1: below 1 the colours are faded. */
  strength: number;
}

export const NOTICE = 'AI result - not for primary diagnosis';

/** Grey values of the writing on the black band. */
const WHITE = 245;
const GREY = 190;
const LINE = 90;

interface Segment {
  text: string;
  size: number;
  weight: Weight;
  grey: number;
}

interface Run extends Segment {
  x: number;
  width: number;
}

/** The band, RGB interleaved, `columns` wide and as high as its lines need. */
export interface Band {
  rows: number;
  columns: number;
  pixels: Uint8Array;
}

/**
 * Sets the caption as a black band of its own. Letters grow with the picture, so that a whole mammogram shrunk to a
 * quarter still tells its view and probability, and lines break where the picture is narrow.
 *
 * @param longEdge of the mammogram in pixels: the measure of all sizes.
 */
export function drawBand(
  caption: Caption,
  note: ScaleNote,
  colours: ColourMap,
  columns: number,
  longEdge: number,
): Band {
  const head = Math.max(15, Math.round(longEdge * 0.027));
  const body = Math.max(11, Math.round(longEdge * 0.0145));
  const margin = Math.max(4, Math.round(body * 0.7));
  const inner = columns - 2 * margin;

  const scale = drawScale(note, colours, Math.min(inner, Math.round(body * 13)), body);
  const beside = inner >= scale.columns * 2.4;
  const lines = flow(segments(caption, head, body), beside ? inner - scale.columns - 2 * body : inner);

  const textRows = lines.reduce((sum, line) => sum + lineHeight(line), 0);
  const rows =
    2 * margin + (beside ? Math.max(textRows, scale.rows) : textRows + Math.round(body / 2) + scale.rows);
  const band: Band = { rows, columns, pixels: new Uint8Array(rows * columns * 3) };

  let y = margin;
  for (const line of lines) {
    const height = lineHeight(line);
    const ascent = Math.max(...line.map((run) => drawnAscent(run)));
    for (const run of line) paintText(band, run, margin + run.x, y + ascent - drawnAscent(run));
    y += height;
  }
  if (beside) paste(band, scale, columns - margin - scale.columns, Math.round((rows - scale.rows) / 2));
  else paste(band, scale, margin, y + Math.round(body / 2));
  return band;
}

function segments(caption: Caption, head: number, body: number): Segment[] {
  const probability = percentage(caption.probability, caption.operatingPoint);
  const operatingPoint = `${Number((caption.operatingPoint * 100).toFixed(6))} %`;
  const side = caption.probability >= caption.operatingPoint ? 'at or above' : 'below';
  return [
    { text: `${caption.laterality} ${caption.view}`, size: head, weight: 'bold', grey: WHITE },
    { text: probability, size: head, weight: 'bold', grey: WHITE },
    {
      text: `probability of "${caption.positiveClass}", ${side} the operating point of ${operatingPoint}`,
      size: body,
      weight: 'regular',
      grey: GREY,
    },
    {
      text: `${caption.modelName} ${caption.modelVersion}, ${caption.method}`,
      size: body,
      weight: 'regular',
      grey: GREY,
    },
    { text: NOTICE, size: body, weight: 'bold', grey: WHITE },
  ];
}

/**
 * A probability for the caption: whole percent, or as many decimals as keep it on the side of the operating point on
 * which it lies; never `0 %` or `100 %`, which no network can claim.
 */
export function percentage(probability: number, operatingPoint: number): string {
  if (probability < 0.005 && operatingPoint >= 0.01) return '<1 %';
  if (probability > 0.995 && operatingPoint <= 0.99) return '>99 %';
  const positive = probability >= operatingPoint;
  for (let decimals = 0; decimals < 12; decimals++) {
    const shown = (probability * 100).toFixed(decimals);
    if (Number(shown) / 100 >= operatingPoint === positive) return `${shown} %`;
  }
  return `${probability * 100} %`;
}

/** Breaks segments into lines: between segments where they fit, between words where one alone is too wide. */
function flow(all: Segment[], width: number): Run[][] {
  const lines: Run[][] = [[]];
  let x = 0;
  const put = (segment: Segment, text: string, gap: number): boolean => {
    const wide = textWidth(text, segment.size, segment.weight);
    const at = x === 0 ? 0 : x + gap;
    if (at + wide > width) return false;
    lines.at(-1)!.push({ ...segment, text, x: at, width: wide });
    x = at + wide;
    return true;
  };
  const breakLine = () => {
    if (x > 0) lines.push([]);
    x = 0;
  };

  for (const segment of all) {
    const gap = segment.size;
    if (put(segment, segment.text, gap)) continue;
    breakLine();
    if (put(segment, segment.text, gap)) continue;
    for (const word of segment.text.split(' ')) {
      if (put(segment, word, segment.size * 0.32)) continue;
      breakLine();
      for (let rest = word; rest !== ''; ) {
        let length = rest.length;
        while (length > 1 && textWidth(rest.slice(0, length), segment.size, segment.weight) > width) length--;
        breakLine();
        if (!put(segment, rest.slice(0, length), 0)) return lines;
        rest = rest.slice(length);
      }
    }
  }
  return lines.filter((line) => line.length > 0);
}

/** The colours on black as opaque as over tissue, relative to the strongest, with their meaning above and below. */
function drawScale(note: ScaleNote, map: ColourMap, columns: number, body: number): Band {
  const small = Math.max(10, Math.round(body * 0.85));
  const regular = { size: small, weight: 'regular' as const, grey: GREY };
  if (note.flat) {
    const lines = flow(
      [{ ...regular, text: 'no heat map: nothing in this image raised the score' }],
      columns,
    );
    const rows = lines.reduce((sum, line) => sum + lineHeight(line), 0);
    const band: Band = { rows, columns, pixels: new Uint8Array(rows * columns * 3) };
    let y = 0;
    for (const line of lines) {
      for (const run of line) paintText(band, run, run.x, y);
      y += lineHeight(line);
    }
    return band;
  }

  const faded = note.strength < 1 ? `, faded to ${percentage(note.strength, 1)}` : '';
  const title = drawText(`network attention${faded}`, small);
  const bar = Math.round(body * 0.62);
  const gap = Math.max(2, Math.round(body * 0.2));
  const low = drawText('low', small);
  const high = drawText('high', small);
  const rows = title.rows + bar + 2 * gap + low.rows;
  const width = Math.max(columns, title.columns);
  const band: Band = { rows, columns: width, pixels: new Uint8Array(rows * width * 3) };
  paint(band, title, 0, 0, GREY);
  for (let x = 0; x < width; x++) {
    const level = Math.round((x / (width - 1)) * (HEAT_LEVELS - 1));
    const share = map.opacities[level]! / (256 * MAX_OPACITY);
    const end = x === 0 || x === width - 1;
    for (let y = 0; y < bar; y++) {
      const at = ((title.rows + gap + y) * width + x) * 3;
      const edge = end || y === 0 || y === bar - 1;
      for (let k = 0; k < 3; k++) {
        const colour = Math.round(map.colours[level * 3 + k]! * share);
        band.pixels[at + k] = edge ? Math.max(LINE, colour) : colour;
      }
    }
  }
  const below = title.rows + bar + 2 * gap;
  paint(band, low, 0, below, GREY);
  paint(band, high, width - high.columns, below, GREY);
  return band;
}

function drawnAscent(run: Run): number {
  return drawText('', run.size, run.weight).ascent;
}

function lineHeight(line: Run[]): number {
  return Math.max(...line.map((run) => drawText('', run.size, run.weight).rows));
}

function paintText(band: Band, run: Run, x: number, y: number): void {
  paint(band, drawText(run.text, run.size, run.weight), Math.round(x), Math.round(y), run.grey);
}

function paint(
  band: Band,
  mask: { rows: number; columns: number; coverage: Uint8Array },
  x0: number,
  y0: number,
  grey: number,
): void {
  const rows = Math.min(mask.rows, band.rows - y0);
  const columns = Math.min(mask.columns, band.columns - x0);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = Math.round((mask.coverage[y * mask.columns + x]! * grey) / 255);
      const at = ((y0 + y) * band.columns + x0 + x) * 3;
      if (value > 0) band.pixels.fill(Math.max(value, band.pixels[at]!), at, at + 3);
    }
  }
}

function paste(band: Band, piece: Band, x: number, y: number): void {
  for (let row = 0; row < piece.rows; row++) {
    band.pixels.set(
      piece.pixels.subarray(row * piece.columns * 3, (row + 1) * piece.columns * 3),
      ((y + row) * band.columns + x) * 3,
    );
  }
}
