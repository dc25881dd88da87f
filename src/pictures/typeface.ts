import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CoverageMask, rasterise, type Subpath } from './rasteriser.js';

/**
 * Text as outlines out of DejaVu Sans, which comes with the npm package: neither the machine's fonts nor
 * its fontconfig are ever asked, and the same text gives the same pixels everywhere.
 */
export type TextImage = CoverageMask;

export type Weight = 'regular' | 'bold';

const FILES: Record<Weight, string> = {
  regular: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
};

type OpenType = typeof import('opentype.js').default;
type Font = ReturnType<OpenType['parse']>;

const require = createRequire(import.meta.url);
const fonts = new Map<Weight, Font>();

/** Width of the text in pixels at a font size in pixels per em. */
export function textWidth(text: string, size: number, weight: Weight = 'regular'): number {
  const font = load(weight);
  return Math.ceil(layOut(font, text, size).width);
}

/** The text as coverage, one row per line of pixels from ascender to descender. */
export function drawText(text: string, size: number, weight: Weight = 'regular'): TextImage {
  const font = load(weight);
  const scale = size / font.unitsPerEm;
  const ascent = Math.ceil(font.ascender * scale);
  const descent = Math.ceil(-font.descender * scale);
  const { glyphs, width } = layOut(font, text, size);
  const subpaths: Subpath[] = [];
  for (const { glyph, x } of glyphs) subpaths.push(...subpathsOf(glyph.getPath(x, ascent, size).commands));
  return rasterise(subpaths, Math.ceil(width), ascent + descent);
}

function load(weight: Weight): Font {
  let font = fonts.get(weight);
  if (font === undefined) {
    // Not before the first letter: whoever only hands pictures to threads needs none of it.
    const opentype = require('opentype.js') as OpenType;
    const file = readFileSync(require.resolve(FILES[weight]));
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer;
    // Glyphs are read when they are asked for: a fifth of the time of reading all 6000, a third of the memory.
    font = opentype.parse(bytes, { lowMemory: true });
    fonts.set(weight, font);
  }
  return font;
}

/** Glyph after glyph by their advance widths; without kerning, as in tables of figures. */
function layOut(font: Font, text: string, size: number) {
  const scale = size / font.unitsPerEm;
  const glyphs: { glyph: ReturnType<Font['charToGlyph']>; x: number }[] = [];
  let x = 0;
  for (const character of text) {
    const glyph = font.charToGlyph(character);
    glyphs.push({ glyph, x });
    x += glyph.advanceWidth * scale;
  }
  return { glyphs, width: x };
}

type Command = ReturnType<ReturnType<Font['charToGlyph']>['getPath']>['commands'][number];

/** Straight pieces per curve: at caption sizes a curve is a few pixels long. */
const PIECES = 6;

function subpathsOf(commands: Command[]): Subpath[] {
  const subpaths: Subpath[] = [];
  let points: Subpath = [];
  for (const command of commands) {
    if (command.type === 'M') {
      points = [{ x: command.x, y: command.y }];
      subpaths.push(points);
    } else if (command.type === 'L') {
      points.push({ x: command.x, y: command.y });
    } else if (command.type === 'Q') {
      const from = points.at(-1)!;
      for (let i = 1; i <= PIECES; i++) {
        const t = i / PIECES;
        const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
        points.push({
          x: a * from.x + b * command.x1 + c * command.x,
          y: a * from.y + b * command.y1 + c * command.y,
        });
      }
    } else if (command.type === 'C') {
      const from = points.at(-1)!;
      for (let i = 1; i <= PIECES; i++) {
        const t = i / PIECES;
        const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
        points.push({
          x: a * from.x + b * command.x1 + c * command.x2 + d * command.x,
          y: a * from.y + b * command.y1 + c * command.y2 + d * command.y,
        });
      }
    }
  }
  return subpaths;
}
