import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype from 'opentype.js';
import { type CoverageMask, rasterise, type Subpath } from './rasteriser.js';

/**
 * Text as outlines out of DejaVu Sans, which comes with the npm package: neither the machine's fonts nor its
 * fontconfig are ever asked, and the same text gives the same pixels everywhere.
 */
export type TextImage = CoverageMask;

export type Weight = 'regular' | 'bold';

const FILES: Record<Weight, string> = {
  regular: 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  bold: 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
};

type Font = ReturnType<typeof opentype.parse>;
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
    const file = readFileSync(createRequire(import.meta.url).resolve(FILES[weight]));
    font = opentype.parse(
      file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer,
    );
    fonts.set(weight, font);
  }
  return font;
}

function layOut(font: Font, text: string, size: number) {
  const scale = size / font.unitsPerEm;
  const glyphs: { glyph: ReturnType<Font['charToGlyph']>; x: number }[] = [];
  let x = 0;
  for (const character of text) {
    const glyph = font.charToGlyph(character);
    const previous = glyphs.at(-1);
    if (previous !== undefined) x += font.getKerningValue(previous.glyph, glyph) * scale;
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
