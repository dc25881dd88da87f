import { Html, html } from '../../html.js';
import type { PlotPoint } from '../types.js';

export interface Axis {
  label: string;
  from: number;
  to: number;
  ticks: number[];
  /** How a tick is written; as it is unless said. */
  format?: (tick: number) => string;
}

/** From an axis' units to places in the drawing. */
export interface Scale {
  x(value: number): number;
  y(value: number): number;
}

export interface PlotOptions {
  /** For those who cannot see it: what is drawn, then what it shows. */
  title: string;
  description: string;
  x: Axis;
  y: Axis;
  width?: number;
  height?: number;
  /** Room on the left, for long labels of the y axis. */
  left?: number;
}

export const FRACTIONS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** A drawing with axes, grid and what `draw` puts in, as inline SVG that takes its colours from the page. */
export function plot(options: PlotOptions, draw: (scale: Scale) => Html[]): Html {
  const { width = 420, height = 380, left = 54, x, y } = options;
  const [right, top, bottom] = [width - 14, 12, height - 46];
  const scale: Scale = {
    x: (value) => round(left + ((value - x.from) / (x.to - x.from)) * (right - left)),
    y: (value) => round(bottom - ((value - y.from) / (y.to - y.from)) * (bottom - top)),
  };
  const write = (axis: Axis, tick: number) => (axis.format ?? String)(tick);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${options.title}. ${options.description}">
${x.ticks.map(
  (tick) => html`<line class="grid" x1="${scale.x(tick)}" x2="${scale.x(tick)}" y1="${top}" y2="${bottom}"/>
<text class="tick" x="${scale.x(tick)}" y="${bottom + 18}" text-anchor="middle">${write(x, tick)}</text>`,
)}
${y.ticks.map(
  (tick) => html`<line class="grid" x1="${left}" x2="${right}" y1="${scale.y(tick)}" y2="${scale.y(tick)}"/>
<text class="tick" x="${left - 8}" y="${scale.y(tick) + 4}" text-anchor="end">${write(y, tick)}</text>`,
)}
<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>
<text x="${(left + right) / 2}" y="${height - 8}" text-anchor="middle">${x.label}</text>
${
  y.label === ''
    ? []
    : html`<text transform="translate(13 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${y.label}
</text>`
}
${draw(scale)}</svg>`;
}

/** A line through points, without those that lie on a straight way and would only make the page long. */
export function curve(scale: Scale, points: PlotPoint[], look = ''): Html {
  const places = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const kept = places.filter((point, index) => {
    const [before, after] = [places[index - 1], places[index + 1]];
    if (before === undefined || after === undefined) return true;
    return !(
      (before[0] === point[0] && point[0] === after[0]) ||
      (before[1] === point[1] && point[1] === after[1])
    );
  });
  return html`<path class="curve ${look}" d="${pathOf(scale, kept)}"/>`;
}

export function band(scale: Scale, edges: [x: number, lower: number, upper: number][]): Html {
  const upper = edges.map(([x, , y]): PlotPoint => [x, y]);
  const lower = edges.map(([x, y]): PlotPoint => [x, y]).reverse();
  return html`<path class="band" d="${pathOf(scale, [...upper, ...lower])}Z"/>`;
}

export function chance(scale: Scale, from: PlotPoint, to: PlotPoint): Html {
  return html`<path class="chance" d="${pathOf(scale, [from, to])}"/>`;
}

export function column(
  scale: Scale,
  from: number,
  to: number,
  bottom: number,
  top: number,
  look: string,
): Html {
  if (top === bottom) return new Html('');
  const width = round(scale.x(to) - scale.x(from));
  const height = round(scale.y(bottom) - scale.y(top));
  return html`<rect class="${look}" x="${scale.x(from)}" y="${scale.y(top)}" width="${width}" height="${height}"/>`;
}

/** A point with its interval upwards and downwards. */
export function upright(
  scale: Scale,
  [x, y]: PlotPoint,
  interval: readonly [number, number],
  radius: number,
): Html {
  const [low, high] = interval.map(scale.y);
  return html`<line class="bar" x1="${scale.x(x)}" x2="${scale.x(x)}" y1="${low}" y2="${high}"/>
<circle class="dot" cx="${scale.x(x)}" cy="${scale.y(y)}" r="${round(radius)}"/>`;
}

export interface ForestRow {
  label: string;
  value: number | null;
  interval: readonly [number, number] | null;
  /** At the right edge. */
  note: string;
}

/** Figures with their intervals, one below the other. */
export function forest(title: string, rows: ForestRow[], x: Axis, reference: number): Html {
  const height = 26 * rows.length + 58;
  const y: Axis = {
    label: '',
    from: rows.length - 0.4,
    to: -0.6,
    ticks: rows.map((_, index) => index),
    format: (index) => rows[index]!.label,
  };
  const shown = (value: number) => Math.min(x.to, Math.max(x.from, value));
  const description = rows
    .map(
      ({ label, value, interval }) =>
        `${label}: ${value?.toFixed(2) ?? 'not measured'}${
          interval ? `, ${interval.map((one) => one.toFixed(2)).join(' to ')}` : ''
        }`,
    )
    .join('; ');
  return plot({ title, description, x, y, width: 860, height, left: 250 }, (scale) => [
    chance(scale, [reference, rows.length - 0.4], [reference, -0.6]),
    ...rows.map(
      ({ value, interval, note }, index) => html`
${
  interval === null
    ? []
    : html`<line class="bar" x1="${scale.x(shown(interval[0]))}" x2="${scale.x(shown(interval[1]))}"
y1="${scale.y(index)}" y2="${scale.y(index)}"/>`
}
${value === null ? [] : html`<circle class="dot" cx="${scale.x(shown(value))}" cy="${scale.y(index)}" r="5"/>`}
<text class="tick" x="${scale.x(x.to) - 2}" y="${scale.y(index) + 4}" text-anchor="end">${note}</text>`,
    ),
  ]);
}

function pathOf(scale: Scale, points: PlotPoint[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${scale.x(x)} ${scale.y(y)}`).join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
