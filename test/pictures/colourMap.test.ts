import { expect } from 'chai';
import { percentage } from '../../src/pictures/caption.js';
import { colourMap, HEAT_LEVELS, MAX_OPACITY } from '../../src/pictures/colourMap.js';
import { drawText } from '../../src/pictures/typeface.js';

/** sRGB 0…255 → OKLab, by the published matrices. */
function oklab(r8: number, g8: number, b8: number): [number, number, number] {
  const [r, g, b] = [r8, g8, b8].map((value) => {
    const v = value / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

describe('The colours of the heat map', () => {
  const { colours, opacities } = colourMap();
  const labAt = (level: number) =>
    oklab(colours[level * 3]!, colours[level * 3 + 1]!, colours[level * 3 + 2]!);

  it('are perceptually uniform: equal steps of heat look equally far apart, and ever lighter', () => {
    const steps: number[] = [];
    // 32 steps, so that rounding to 8 bits weighs little.
    for (let k = 0; k < 32; k++) {
      const from = labAt(Math.round((k / 32) * (HEAT_LEVELS - 1)));
      const to = labAt(Math.round(((k + 1) / 32) * (HEAT_LEVELS - 1)));
      expect(to[0]).to.be.greaterThan(from[0]);
      steps.push(Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]));
    }
    expect(Math.max(...steps) / Math.min(...steps)).to.be.lessThan(1.25);
  });

  it('are transparent at the bottom, and grow denser on the way', () => {
    expect(opacities[0]).to.equal(0);
    expect(opacities[HEAT_LEVELS - 1]).to.equal(MAX_OPACITY);
    for (let level = 1; level < HEAT_LEVELS; level++) {
      expect(opacities[level]!).to.be.at.least(opacities[level - 1]!);
      // No visible edge where the colours begin.
      expect(opacities[level]! - opacities[level - 1]!).to.be.at.most(1);
    }
  });
});

describe('A probability in the caption', () => {
  it('is in whole percent', () => {
    expect(percentage(0.832, 0.5)).to.equal('83\u00a0%');
    expect(percentage(0.125, 0.3)).to.equal('13\u00a0%');
  });

  it('never looks as if it lay on the other side of the operating point', () => {
    expect(percentage(0.4999, 0.5)).to.equal('49.99\u00a0%');
    expect(percentage(0.5, 0.5)).to.equal('50\u00a0%');
    expect(percentage(0.473, 0.473)).to.equal('47.3\u00a0%');
    expect(percentage(0.003, 0.002)).to.equal('0.3\u00a0%');
  });

  it('never claims certainty', () => {
    expect(percentage(0, 0.5)).to.equal('<1\u00a0%');
    expect(percentage(0.004, 0.5)).to.equal('<1\u00a0%');
    expect(percentage(1, 0.5)).to.equal('>99\u00a0%');
  });
});

describe('Letters', () => {
  it('are drawn from outlines that come with the package', () => {
    // A capital I of DejaVu Sans: one upright bar, a tenth of an em wide, from the baseline to 0.73 em.
    const image = drawText('I', 100);
    const inked: number[] = [];
    for (let row = 0; row < image.rows; row++) {
      let sum = 0;
      for (let column = 0; column < image.columns; column++)
        sum += image.coverage[row * image.columns + column]! / 255;
      if (sum > 0.5) inked.push(sum);
    }
    expect(inked.length).to.be.within(72, 74);
    for (const width of inked.slice(1, -1)) expect(width).to.be.closeTo(9.9, 0.2);
  });

  it('have holes, and every printable ASCII character has a shape of its own', () => {
    const ink = (text: string) => drawText(text, 40).coverage.reduce((sum, value) => sum + value, 0);
    const { coverage, columns, rows } = drawText('O', 100);
    expect(coverage[Math.round(rows / 2) * columns + Math.round(columns / 2)]).to.equal(0);
    const shapes = new Set<string>();
    for (let code = 33; code < 127; code++) {
      const character = String.fromCharCode(code);
      expect(ink(character), character).to.be.greaterThan(0);
      shapes.add(Buffer.from(drawText(character, 40).coverage).toString('base64'));
    }
    expect(shapes.size).to.equal(94);
  });
});
