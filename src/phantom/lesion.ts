import { between, type Uniform } from '../random.js';
import type { Outline, Place } from './outline.js';

/** What is to be seen where, in coordinates of the breast. */
export interface LesionRequest {
  kind: 'mass' | 'calcifications';
  /** 0 at the chest wall, 1 at the nipple. */
  depth: number;
  /** -1 at the outline above the nipple, 0 at the nipple's height, 1 at the outline below it. */
  height: number;
  /** Diameter of the mass's body or of the cluster, mm. */
  diameter: number;
}

/** Where the lesion lies on the source image, in pixels: 0,0 is the top-left corner of the top-left pixel. */
export interface Lesion {
  kind: LesionRequest['kind'];
  x: number;
  y: number;
  radius: number;
}

/**
 * Additional density at full resolution, row-major, its first pixel at `left`, `top` of the frame of {@link Outline}.
 */
export interface Patch {
  left: number;
  top: number;
  width: number;
  height: number;
  values: Float32Array;
}

/** The request's place in mm; kept inside the breast. */
export function placeOf(request: LesionRequest, outline: Outline): Place {
  const { nipple, curve } = outline;
  const x = nipple.x * Math.max(0, Math.min(1, request.depth));
  let above = nipple.y;
  let below = nipple.y;
  for (const point of curve) {
    if (point.x < x) continue;
    above = Math.min(above, point.y);
    below = Math.max(below, point.y);
  }
  const height = Math.max(-1, Math.min(1, request.height));
  return { x, y: nipple.y + (height < 0 ? (nipple.y - above) * height : (below - nipple.y) * height) };
}

export function lesionPatch(request: LesionRequest, at: Place, spacing: number, random: Uniform): Patch {
  const radius = request.diameter / 2;
  const reach = request.kind === 'mass' ? radius * 3.2 : radius * 1.5;
  const size = Math.max(3, Math.ceil((2 * reach) / spacing));
  const left = Math.round(at.x / spacing - size / 2);
  const top = Math.round(at.y / spacing - size / 2);
  const patch = { left, top, width: size, height: size, values: new Float32Array(size * size) };
  const centre = { x: at.x - left * spacing, y: at.y - top * spacing };
  if (request.kind === 'mass') drawMass(patch, centre, radius, spacing, random);
  else drawCalcifications(patch, centre, radius, spacing, random);
  return patch;
}

/** An irregular body that is densest in the middle, with straight spicules that taper off. */
function drawMass(patch: Patch, centre: Place, radius: number, spacing: number, random: Uniform): void {
  const waves = [2, 3, 5, 8, 13].map((order) => ({
    order,
    size: between(random, 0.05, 0.16) / Math.sqrt(order),
    phase: random() * 7,
  }));
  const spicules = Array.from({ length: 22 }, (_, i) => {
    const angle = ((i + between(random, -0.45, 0.45)) / 22) * 2 * Math.PI;
    return {
      cos: Math.cos(angle),
      sin: Math.sin(angle),
      length: radius * between(random, 1.3, 2.9),
      width: between(random, 0.5, 1.1),
      strength: between(random, 0.14, 0.34),
    };
  });
  for (let row = 0; row < patch.height; row++) {
    for (let column = 0; column < patch.width; column++) {
      const dx = (column + 0.5) * spacing - centre.x;
      const dy = (row + 0.5) * spacing - centre.y;
      const away = Math.hypot(dx, dy);
      const angle = Math.atan2(dy, dx);
      let edge = 1;
      for (const wave of waves) edge += wave.size * Math.sin(wave.order * angle + wave.phase);
      const relative = away / (radius * edge);
      let value = 0.52 / (1 + Math.exp((relative - 0.92) * 9));
      for (const spicule of spicules) {
        const along = dx * spicule.cos + dy * spicule.sin;
        if (along <= 0 || along > spicule.length) continue;
        const aside = dy * spicule.cos - dx * spicule.sin;
        if (Math.abs(aside) > 4 * spicule.width) continue;
        const width = spicule.width * (1.15 - along / spicule.length);
        value +=
          spicule.strength *
          (1 - along / spicule.length) *
          Math.exp(-((aside / width) ** 2)) *
          Math.min(1, relative);
      }
      patch.values[row * patch.width + column] = value;
    }
  }
}

/** Pleomorphic grains of 0.2 to 0.7 mm, closer together in the middle. */
function drawCalcifications(
  patch: Patch,
  centre: Place,
  radius: number,
  spacing: number,
  random: Uniform,
): void {
  const grains = Math.round(12 + radius * 3);
  for (let grain = 0; grain < grains; grain++) {
    const away = radius * Math.min(1, random() + 0.35 * random());
    const angle = random() * 2 * Math.PI;
    const x = centre.x + away * Math.cos(angle);
    const y = centre.y + away * Math.sin(angle);
    // Never thinner than a pixel, or small images would lose the cluster.
    const long = Math.max(0.11 + 0.3 * random() ** 3, spacing * 0.55);
    const short = Math.max(long * between(random, 0.5, 1), spacing * 0.5);
    const turn = random() * Math.PI;
    const strength = between(random, 0.5, 1.1);
    const reach = long * 2.2;
    for (
      let row = Math.max(0, Math.floor((y - reach) / spacing));
      row < Math.min(patch.height, (y + reach) / spacing);
      row++
    ) {
      for (
        let column = Math.max(0, Math.floor((x - reach) / spacing));
        column < Math.min(patch.width, (x + reach) / spacing);
        column++
      ) {
        const dx = (column + 0.5) * spacing - x;
        const dy = (row + 0.5) * spacing - y;
        const u = (dx * Math.cos(turn) + dy * Math.sin(turn)) / long;
        const v = (dy * Math.cos(turn) - dx * Math.sin(turn)) / short;
        const cell = row * patch.width + column;
        patch.values[cell] = patch.values[cell]! + strength * Math.exp(-((u * u + v * v) ** 2));
      }
    }
  }
}
