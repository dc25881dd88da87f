import {
  type Caption,
  explanations,
  headline,
  NOTICE,
  type ScaleNote,
  scaleTitle,
  TITLE,
} from './caption.js';
import { type ColourMap, HEAT_LEVELS, MAX_OPACITY } from './colourMap.js';
import { drawText, type TextImage, textWidth, type Weight } from './typeface.js';

/** Grey values of the writing on the black band. */
const WHITE = 245;
const GREY = 190;
const FRAME = 90;

/** Text that begins on a line of its own and is broken between words where it must be. */
interface Paragraph {
  words: string[];
  /** Pixels between two words. */
  gap: number;
  /** Pixels per em. */
  size: number;
  weight: Weight;
  grey: number;
}

/** A piece of the picture, RGB interleaved. */
export interface Band {
  rows: number;
  columns: number;
  pixels: Uint8Array;
}

/**
 * Sets the caption as a black band. Letters grow with the picture: view, answer and warnings, over the whole width, are
 * made to be read where it is one of four on a display of 1280 × 1024. Lines break where the picture is narrow. The
 * colour scale stands beside the explanations, or below them where there is no room.
 *
 * @param columns of the band, at least 200.
 * @param longEdge of the mammogram in pixels: the measure of all sizes.
 */
export function drawBand(
  caption: Caption,
  note: ScaleNote,
  colours: ColourMap,
  columns: number,
  longEdge: number,
): Band {
  const { head, body, margin } = sizesFor(longEdge);
  const inner = columns - 2 * margin;

  const scale = drawScale(note, colours, Math.min(inner, body * 16), body);
  const beside = inner >= scale.columns * 2.5;
  const top = setText(
    [
      { words: headline(caption), gap: head * 0.6, size: head, weight: 'bold', grey: WHITE },
      ...(caption.warnings ?? []).map((warning) => bold(warning, head)),
    ],
    inner,
  );
  const text = setText(
    [...explanations(caption).map((sentence) => plain(sentence, body)), bold(NOTICE, body)],
    beside ? inner - scale.columns - body : inner,
  );

  const gap = Math.round(body / 2);
  const height = beside ? Math.max(text.rows, scale.rows) : text.rows + gap + scale.rows;
  const below = margin + top.rows;
  const band = blank(below + height + margin, columns);
  paste(band, top, margin, margin);
  paste(band, text, margin, below);
  if (beside) paste(band, scale, columns - margin - scale.columns, below + height - scale.rows);
  else paste(band, scale, margin, below + text.rows + gap);
  return band;
}

/** Of the headline's letters: smaller ones are not read from afar. */
const SMALLEST_TITLE = 0.8;

/**
 * What the picture is, as a band for the upper edge: each line of it as large as the headline where the width allows
 * that, a little smaller where it does not, and broken into lines where that is not enough.
 *
 * @param columns of the band, at least 200.
 * @param longEdge of the mammogram in pixels: the measure of all sizes.
 */
export function drawNotice(columns: number, longEdge: number): Band {
  const { head, margin } = sizesFor(longEdge);
  const inner = columns - 2 * margin;
  const lines = TITLE.map((line) => {
    const fitting = Math.floor((head * inner) / textWidth(line, head, 'bold'));
    return bold(line, fitting < SMALLEST_TITLE * head ? head : Math.min(head, fitting));
  });
  const text = setText(lines, inner);
  // What follows it in memory begins at a word.
  const band = blank(4 * Math.ceil((text.rows + 2 * margin) / 4), columns);
  paste(band, text, margin, margin);
  return band;
}

/** Of the headline's and all other letters, in pixels per em, and of the space that is kept around them. */
function sizesFor(longEdge: number): { head: number; body: number; margin: number } {
  const body = Math.max(11, Math.round(longEdge * 0.0142));
  return {
    head: Math.max(15, Math.round(longEdge * 0.031)),
    body,
    margin: Math.max(4, Math.round(body * 0.7)),
  };
}

function plain(sentence: string, size: number): Paragraph {
  // 0.318 em is the width of a space in DejaVu Sans.
  return { words: sentence.split(' '), gap: size * 0.318, size, weight: 'regular', grey: GREY };
}

function bold(sentence: string, size: number): Paragraph {
  return { ...plain(sentence, size), weight: 'bold', grey: WHITE };
}

/** Breaks paragraphs into lines no wider than `columns`, and draws them under each other. */
function setText(paragraphs: Paragraph[], columns: number): Band {
  const lines: { image: TextImage; x: number; grey: number }[][] = [];
  for (const paragraph of paragraphs) {
    const { size, weight, grey, gap } = paragraph;
    let x = Number.POSITIVE_INFINITY;
    for (const word of paragraph.words.flatMap((whole) => fitting(whole, paragraph, columns))) {
      const image = drawText(word, size, weight);
      if (x + gap + image.columns > columns) {
        lines.push([]);
        x = -gap;
      }
      lines.at(-1)!.push({ image, x: Math.round(x + gap), grey });
      x += gap + image.columns;
    }
  }
  const text = blank(
    lines.reduce((sum, line) => sum + line[0]!.image.rows, 0),
    columns,
  );
  let y = 0;
  for (const line of lines) {
    for (const { image, x, grey } of line) paint(text, image, x, y, grey);
    y += line[0]!.image.rows;
  }
  return text;
}

/** The word, in pieces if it is wider than a line. */
function fitting(word: string, style: Pick<Paragraph, 'size' | 'weight'>, columns: number): string[] {
  let length = word.length;
  while (length > 1 && textWidth(word.slice(0, length), style.size, style.weight) > columns) length--;
  if (length === word.length) return [word];
  return [word.slice(0, length), ...fitting(word.slice(length), style, columns)];
}

/**
 * The colours on black, as opaque as over tissue relative to the strongest, with their meaning above and
 * below.
 */
function drawScale(note: ScaleNote, map: ColourMap, columns: number, body: number): Band {
  const small = Math.max(10, Math.round(body * 0.85));
  const title = setText([plain(scaleTitle(note), small)], columns);
  if (note.flat) return title;

  const low = drawText('low', small);
  const high = drawText('high', small);
  const bar = Math.round(body * 0.62);
  const gap = Math.max(2, Math.round(body * 0.2));
  const top = title.rows + gap;
  const scale = blank(top + bar + gap + low.rows, columns);
  paste(scale, title, 0, 0);
  for (let x = 0; x < columns; x++) {
    const level = Math.round((x / (columns - 1)) * (HEAT_LEVELS - 1));
    const share = map.opacities[level]! / MAX_OPACITY;
    for (let y = 0; y < bar; y++) {
      const onFrame = x === 0 || x === columns - 1 || y === 0 || y === bar - 1;
      for (let k = 0; k < 3; k++) {
        const colour = Math.round(map.colours[level * 3 + k]! * share);
        scale.pixels[((top + y) * columns + x) * 3 + k] = onFrame ? Math.max(FRAME, colour) : colour;
      }
    }
  }
  paint(scale, low, 0, top + bar + gap, GREY);
  paint(scale, high, columns - high.columns, top + bar + gap, GREY);
  return scale;
}

function blank(rows: number, columns: number): Band {
  return { rows, columns, pixels: new Uint8Array(rows * columns * 3) };
}

/** Writes on black; what would stand beyond the band's edge is cut off. */
function paint(band: Band, letters: TextImage, x0: number, y0: number, grey: number): void {
  const rows = Math.min(letters.rows, band.rows - y0);
  const columns = Math.min(letters.columns, band.columns - x0);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const value = Math.round((letters.coverage[y * letters.columns + x]! * grey) / 255);
      const at = ((y0 + y) * band.columns + x0 + x) * 3;
      if (value > 0) band.pixels.fill(value, at, at + 3);
    }
  }
}

function paste(band: Band, piece: Band, x: number, y: number): void {
  for (let row = 0; row < piece.rows; row++) {
    const line = piece.pixels.subarray(row * piece.columns * 3, (row + 1) * piece.columns * 3);
    band.pixels.set(line, ((y + row) * band.columns + x) * 3);
  }
}
