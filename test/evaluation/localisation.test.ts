import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LesionBox } from '../../src/dataset/index.js';
import { MamoriError } from '../../src/errors.js';
import type { ExplanationChecks } from '../../src/evaluation/explanation/index.js';
import { heatMapVerdict } from '../../src/evaluation/heatMaps.js';
import { type Evaluation, evaluate } from '../../src/evaluation/index.js';
import {
  type Localisation,
  type LocatedSubject,
  localisationOf,
  locate,
} from '../../src/evaluation/localisation/index.js';
import { sensitivityAtRate } from '../../src/evaluation/localisation/localisation.js';
import { overlapOf } from '../../src/evaluation/localisation/overlap.js';
import type { HeatMap } from '../../src/gradcam/index.js';
import type { InputGeometry } from '../../src/image/index.js';
import type { Bundle } from '../../src/model/index.js';
import { scratchFolder, smallBundle } from '../model/bundles.js';
import { refusal } from '../refusal.js';
import { evaluationOptions } from './evaluationOptions.js';
import { type DataSet, patients, writeDataSet } from './pictures.js';

/** Eight by four places over a crop of 80 x 160 pixels that begins at 20, 40; the network sees it mirrored. */
const GEOMETRY: InputGeometry = {
  sourceRows: 240,
  sourceColumns: 140,
  crop: { left: 20, top: 40, width: 80, height: 160 },
  orientation: { flip: true, quarterTurns: 0 },
  inputRows: 320,
  inputColumns: 160,
};

function heatMap(hot: [row: number, column: number, value: number][]): HeatMap {
  const values = new Float32Array(32);
  for (const [row, column, value] of hot) values[row * 4 + column] = value;
  return { rows: 8, columns: 4, values, peak: hot.length === 0 ? 0 : 3 };
}

function subject(boxes: LesionBox[], more: Partial<LocatedSubject> = {}): LocatedSubject {
  const all = { left: 0, top: 0, width: 140, height: 240 };
  const mask = {
    rows: 24,
    columns: 14,
    block: 10,
    pixels: new Uint8Array(336).fill(1),
    bounds: all,
    box: all,
  };
  return {
    file: 'one.png',
    case: 'one',
    probability: 0.5,
    boxes,
    mask: { ...mask, found: true },
    geometry: GEOMETRY,
    ...more,
  };
}

const box = (
  x: number,
  y: number,
  pathology: LesionBox['pathology'] = 'malignant',
  side = 10,
): LesionBox => ({
  x,
  y,
  width: side,
  height: side,
  pathology,
});

describe('a heat map held against boxes', () => {
  // Row 1, column 0 of the mirrored map: on the file the last column of the crop, x 80 to 100, y 60 to 80.
  const peak = heatMap([
    [1, 0, 1],
    [6, 3, 0.6],
  ]);

  it('lies on the file by crop and mirror', () => {
    expect(locate(peak, subject([box(85, 65)])).peakInLesion).to.equal(1);
    // Where it would lie were the mirror forgotten, or the crop.
    expect(locate(peak, subject([box(25, 65)])).peakInLesion).to.equal(0);
    expect(locate(peak, subject([box(125, 150)])).peakInLesion).to.equal(0);
  });

  it('counts a box widened by one place, and no more', () => {
    // The peak's middle is at 90, 70; a place is 20 x 20.
    expect(locate(peak, subject([box(60.5, 65)])).peakInLesion).to.equal(1);
    expect(locate(peak, subject([box(59.5, 65)])).peakInLesion).to.equal(0);
    expect(locate(peak, subject([box(85, 90)])).peakInLesion).to.equal(1);
    expect(locate(peak, subject([box(85, 90.5)])).peakInLesion).to.equal(0);
  });

  it('gives the chance of a place drawn within the breast, and the share of the best places', () => {
    const found = locate(peak, subject([box(85, 65)]));
    // Of 32 places those with their middle at x 70 or 90 and y 50, 70 or 90.
    expect(found.chance).to.equal(6 / 32);
    expect(found.hits).to.deep.equal([1, 0.5, 0.25]);
    const half = subject([box(85, 65)]);
    half.mask.pixels.fill(0);
    for (let row = 4; row < 8; row++) half.mask.pixels.fill(1, row * 14, row * 14 + 14);
    // Rows 0 and 1 of the map alone lie on that breast.
    expect(locate(peak, half).chance).to.equal(4 / 8);
  });

  it('misses with a map without heat, and leaves images without a malignant box out', () => {
    const flat = locate(heatMap([]), subject([box(85, 65)]));
    expect(flat).to.include({ flat: true, peakInLesion: 0, overlap: 0 });
    expect(locate(peak, subject([box(85, 65, 'benign')])).peakInLesion).to.equal(undefined);
  });

  it('makes marks of local maxima: false beside a lesion and on a benign one, spared on an unknown one', () => {
    const marks = (...boxes: LesionBox[]) => locate(peak, subject(boxes)).marks;
    const near = (values: number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);
    const one = marks(box(85, 65));
    expect(near(one.lesions)).to.deep.equal([0.5]);
    expect(near(one.falseMarks)).to.deep.equal([0.3]);
    expect(near(marks(box(85, 65, 'benign')).falseMarks)).to.deep.equal([0.5, 0.3]);
    expect(near(marks(box(85, 65, 'unknown')).falseMarks)).to.deep.equal([0.3]);
  });

  it('overlaps as areas do', () => {
    const image = { x: 0, y: 0, width: 100, height: 100 };
    const square = [
      { x: 10, y: 10 },
      { x: 30, y: 10 },
      { x: 30, y: 30 },
      { x: 10, y: 30 },
    ];
    expect(overlapOf(square, box(10, 10, 'malignant', 20), image)).to.be.closeTo(1, 1e-12);
    expect(overlapOf(square, box(20, 10, 'malignant', 20), image)).to.be.closeTo(200 / 600, 1e-12);
    expect(overlapOf(square, box(60, 60), image)).to.equal(0);
    // What hangs over the image's edge does not count.
    const out = square.map(({ x, y }) => ({ x: x - 20, y }));
    expect(overlapOf(out, { ...box(0, 10), height: 20 }, image)).to.be.closeTo(1, 1e-12);
  });

  it('reads FROC at the lowest threshold that keeps to the rate', () => {
    const images = [
      { lesions: [0.9], falseMarks: [0.8, 0.2] },
      { lesions: [0.5], falseMarks: [0.6] },
      { lesions: [0.1], falseMarks: [] },
      { lesions: [], falseMarks: [0.3] },
    ];
    const at = (rate: number) => sensitivityAtRate(images, rate);
    expect([at(0.25), at(0.5), at(1)]).to.deep.equal([1 / 3, 2 / 3, 1]);
    expect(sensitivityAtRate([{ lesions: [0], falseMarks: [] }], 2)).to.equal(0);
  });

  it('joins images to figures with intervals by patient', () => {
    const images = Array.from({ length: 20 }, (_, index) =>
      locate(
        index < 15 ? peak : heatMap([[7, 3, 1]]),
        subject([box(85, 65)], { file: `${index}`, case: `${index}` }),
      ),
    );
    const found = localisationOf(images, { rounds: 200, seed: 1 })!;
    expect(found).to.include({ images: 20, patients: 20, lesions: 20, others: 0 });
    expect(found.peakInLesion.value).to.equal(0.75);
    expect(found.peakInLesion.chance).to.equal(6 / 32);
    const [low, high] = found.peakInLesion.interval!;
    expect(low).to.be.within(0.5, 0.65);
    expect(high).to.be.within(0.85, 1);
    expect(found.overlap.value!).to.be.above(found.overlap.chance!);
    expect(found.froc.map(({ marksPerImage }) => marksPerImage)).to.deep.equal([0.25, 0.5, 1, 2]);
  });
});

describe('the verdict on heat maps', () => {
  const peakInLesion = (low: number): Localisation =>
    ({
      images: 50,
      peakInLesion: { value: low + 0.1, interval: [low, low + 0.2], chance: 0.15 },
    }) as Localisation;

  it('goes by lesions where boxes tell of them', () => {
    expect(heatMapVerdict(null, null)).to.equal(null);
    expect(heatMapVerdict(peakInLesion(0.1), null)).to.deep.equal({
      passed: false,
      found: 'peak in a malignant lesion on 20 % of 50 images (chance 15 %)',
    });
    expect(heatMapVerdict(peakInLesion(0.6), null)!.passed).to.equal(true);
  });

  it('fails maps that do not depend on what was learnt, and those of which nothing is shown', () => {
    const checks = (correlation: number): ExplanationChecks =>
      ({
        randomised: { correlation: { value: correlation, interval: null } },
        perturbation: null,
        planted: { views: new Array(12), gradCamHits: 9, integratedHits: 7 },
      }) as unknown as ExplanationChecks;
    expect(heatMapVerdict(peakInLesion(0.6), checks(0.2))!.passed).to.equal(true);
    expect(heatMapVerdict(peakInLesion(0.6), checks(0.9))!.passed).to.equal(false);
    const alone = heatMapVerdict(null, checks(0.2))!;
    expect(alone.passed).to.equal(false);
    expect(alone.found)
      .to.include('9 of 12 planted masses found')
      .and.match(/^[\x20-\x7e]+$/);
  });
});

describe('an evaluation with boxes', function () {
  this.timeout(120_000);
  let bundle: Bundle;
  let set: DataSet;
  before(async () => {
    bundle = await smallBundle();
    set = await writeDataSet(patients(8));
  });

  const withBoxes = async (...lines: string[]) => {
    const path = join(await scratchFolder(), 'boxes.csv');
    await writeFile(path, ['file,x,y,width,height,pathology', ...lines, ''].join('\n'));
    return evaluationOptions(bundle, set, { boxes: [path], rounds: 40 });
  };

  it('says how often the peak lies in a malignant lesion, beside chance', async () => {
    const given = await withBoxes('1-CC.png,5,5,20,20,malignant', '3-CC.png,10,10,12,12,malignant');
    await evaluate(given, { stage: () => {}, progress: () => {} });
    const json = JSON.parse(await readFile(join(given.out, 'evaluation.json'), 'utf8')) as Evaluation;
    // Eight images are benign; of the malignant ones those without a box hold lesions that nobody has drawn.
    expect(json.localisation).to.include({ images: 2, lesions: 2, others: 8 });
    const { value, chance } = json.localisation!.peakInLesion;
    expect(value).to.be.oneOf([0, 0.5, 1]);
    expect(chance).to.be.within(0.01, 0.99);
    // Where a line ends is of no account.
    const page = (await readFile(join(given.out, 'evaluation.html'), 'utf8')).replace(/\s+/g, ' ');
    expect(page)
      .to.include('point at the lesion')
      .and.not.match(/NaN|undefined|\[object/);
  });

  it('refuses boxes outside their image, of unknown images, and without numbers', async () => {
    const code = async (line: string) =>
      (await refusal(evaluate(await withBoxes(line), { stage: () => {}, progress: () => {} }), MamoriError))
        .code;
    expect(await code('1-CC.png,50,5,20,20,malignant')).to.equal('boxes-outside-image');
    expect(await code('none.png,5,5,20,20,malignant')).to.equal('boxes-image-unknown');
    expect(await code('1-CC.png,5,left,20,20,malignant')).to.equal('boxes-malformed');
  });
});
