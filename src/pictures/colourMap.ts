/**
 * The colours of the heat map, from violet through red and orange to yellow, and how opaque each is.
 *
 * Perceptually uniform: lightness only ever rises (so the order survives in a grey print and for readers who
 * are colour blind) and equal steps of heat are equal distances in OKLab (B. Ottosson, 2020). The path is
 * drawn through a few stops in OKLab by a Catmull-Rom spline and walked at constant speed.
 *
 * Opacity ramps from 0: where there is nothing to say the mammogram's own grey stands unchanged, and the
 * strongest colour leaves enough of it for tissue to stay readable.
 */
export interface ColourMap {
  /** Red, green, blue per entry, 0 to 255. */
  colours: Uint8Array;
  /** 0 to 256 per entry, in 256ths: 0 leaves the grey exactly as it is. */
  opacities: Uint16Array;
}

/** Entries of the table: heat 0…1 in steps of 1/1023, finer than 8-bit colours can show. */
export const HEAT_LEVELS = 1024;
/** Opacity of the strongest heat, in 256ths. */
export const MAX_OPACITY = 154;
/** Heat up to which nothing is drawn at all, and from which on opacity no longer grows. */
const FIRST_VISIBLE = 0.12;
const FULLY_OPAQUE = 0.65;

/** OKLab lightness, chroma and hue in degrees; all inside sRGB with room to spare. */
const STOPS: [lightness: number, chroma: number, hue: number][] = [
  [0.44, 0.17, 300],
  [0.53, 0.2, 340],
  [0.63, 0.2, 20],
  [0.74, 0.165, 55],
  [0.83, 0.16, 77],
  [0.91, 0.155, 93],
];

let table: ColourMap | undefined;

export function colourMap(): ColourMap {
  table ??= makeColourMap();
  return table;
}

/** OKLab coordinates of the colour of `heat`, 0 to 1. */
export type Lab = [lightness: number, a: number, b: number];

function makeColourMap(): ColourMap {
  const path = walk(STOPS.map(([lightness, chroma, hue]) => labOf(lightness, chroma, hue)));
  const colours = new Uint8Array(HEAT_LEVELS * 3);
  const opacities = new Uint16Array(HEAT_LEVELS);
  for (let level = 0; level < HEAT_LEVELS; level++) {
    colours.set(rgbOf(path[level]!), level * 3);
    const heat = level / (HEAT_LEVELS - 1);
    opacities[level] = Math.round(MAX_OPACITY * smoothStep(FIRST_VISIBLE, FULLY_OPAQUE, heat));
  }
  return { colours, opacities };
}

/** `HEAT_LEVELS` points at equal distances on a smooth curve through the stops. */
function walk(stops: Lab[]): Lab[] {
  const fine: Lab[] = [];
  const PIECES = 400;
  for (let s = 0; s + 1 < stops.length; s++) {
    const [p0, p1, p2, p3] = [
      stops[s - 1] ?? stops[s]!,
      stops[s]!,
      stops[s + 1]!,
      stops[s + 2] ?? stops[s + 1]!,
    ];
    for (let i = s === 0 ? 0 : 1; i <= PIECES; i++) {
      const t = i / PIECES;
      fine.push([0, 1, 2].map((axis) => spline(p0[axis]!, p1[axis]!, p2[axis]!, p3[axis]!, t)) as Lab);
    }
  }
  const reached = [0];
  for (let i = 1; i < fine.length; i++) reached.push(reached[i - 1]! + distance(fine[i - 1]!, fine[i]!));
  const length = reached.at(-1)!;
  const points: Lab[] = [];
  for (let level = 0, i = 0; level < HEAT_LEVELS; level++) {
    const wanted = (level / (HEAT_LEVELS - 1)) * length;
    while (i + 2 < fine.length && reached[i + 1]! < wanted) i++;
    const t = (wanted - reached[i]!) / (reached[i + 1]! - reached[i]!);
    points.push(
      [0, 1, 2].map((axis) => fine[i]![axis]! + t * (fine[i + 1]![axis]! - fine[i]![axis]!)) as Lab,
    );
  }
  return points;
}

function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

function distance(p: Lab, q: Lab): number {
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

function labOf(lightness: number, chroma: number, hue: number): Lab {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** OKLab → sRGB, 8 bits. */
function rgbOf([lightness, a, b]: Lab): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Linear light 0…1 → sRGB 0…255 (IEC 61966-2-1). */
function encoded(light: number): number {
  const value = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

function smoothStep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
