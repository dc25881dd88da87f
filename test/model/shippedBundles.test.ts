import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Dataset, readPart10 } from '../../src/dicom/index.js';
import { type ExamOutcome, openThreads, processExam } from '../../src/exam/index.js';
import { gradCam, type HeatMap, integratedGradCam } from '../../src/gradcam/index.js';
import { type Bundle, type Inference, loadBundle, openEngine } from '../../src/model/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { needsNativeTensorflow } from '../parts.js';

const ENGINES = ['onnxruntime', 'tensorflow'] as const;
const models = fileURLToPath(new URL('../../../models/', import.meta.url));
const names = readdirSync(models, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const exam = makeExam({
  seed: 'engines',
  rows: 832,
  columns: 640,
  lesion: {
    laterality: 'L',
    kind: 'mass',
    depth: 0.5,
    lateral: 0.2,
    superior: 0.2,
    diameter: 14,
  },
});

/**
 * Each bundle in models/, as it ships, on both engines: native TensorFlow differentiates by itself what the export
 * wrote down.
 */
describe('a bundle that ships gives the same on both engines', function () {
  this.timeout(120_000);

  for (const name of names)
    describe(name, () => {
      let bundle: Bundle;
      before(async function () {
        needsNativeTensorflow(this);
        bundle = await loadBundle(join(models, name));
      });

      it('for a made exam, together and alone: probability to 1e-4, maps to 1e-4 of their size', async () => {
        const inputs = await preparedViews(bundle);
        const [onnx, native] = await Promise.all(
          ENGINES.map(async (engine) => {
            const open = await openEngine(bundle, { engine, device: 'cpu', threads: 1 });
            const together = await open.infer(inputs);
            const [alone] = await open.infer([inputs[2]!]);
            await open.close();
            return [...together, alone!];
          }),
        );
        expect(onnx).to.have.length(inputs.length + 1);
        for (const [view, expected] of onnx!.entries()) expectSame(native![view]!, expected);
        expectSame(onnx!.at(-1)!, onnx![2]!);
        // An export that gave nothing but zeros would agree with anything.
        expect(onnx![0]!.gradients.some((value) => Math.abs(value) > 1e-6)).to.equal(true);
      });

      it('in Grad-CAM and Integrated Grad-CAM, to 1e-4 of the strongest place', async () => {
        const [, , input] = await preparedViews(bundle);
        const [onnx, native] = await Promise.all(
          ENGINES.map(async (engine) => {
            const open = await openEngine(bundle, { engine, device: 'cpu', threads: 1 });
            const { heatMap, inference } = await integratedGradCam(open, input!, { steps: 8 });
            await open.close();
            return [gradCam(inference), heatMap];
          }),
        );
        for (const [at, expected] of onnx!.entries()) expectSameMap(native![at]!, expected);
      });

      it('in the report, line by line', async () => {
        const [onnx, native] = await Promise.all(
          ENGINES.map(async (engine) => linesOf(await analysed(bundle, engine))),
        );
        expect(onnx!.filter(({ number }) => number !== undefined)).to.have.length.above(exam.length);
        expect(native!.length).to.equal(onnx!.length);
        for (const [index, expected] of onnx!.entries()) {
          const { number, ...rest } = native![index]!;
          expect({ ...rest, number: expected.number }).to.deep.equal(expected);
          if (number !== undefined) expect(number).to.be.closeTo(expected.number!, 1e-3);
        }
      });
    });
});

async function preparedViews(bundle: Bundle): Promise<Float32Array[]> {
  const threads = openThreads(1);
  try {
    const inputs: Float32Array[] = [];
    for (const { bytes } of exam) {
      const task = { preparation: bundle.input.preparation, displayLongEdge: 256 };
      const prepared = await threads.preparation.prepare(Uint8Array.from(bytes), task);
      if (prepared.kind !== 'prepared') throw new Error(`left alone: ${prepared.leftOut.reason}`);
      inputs.push(prepared.image.input);
    }
    return inputs;
  } finally {
    await threads.close();
  }
}

const TOLERANCE = 1e-4;

/**
 * Probabilities to 1e-4 as they are. Activations and gradients to 1e-4 of the largest of them, since a network may keep
 * them at any size; of activations below 1, and of gradients above 1, to 1e-4 as they are.
 */
function expectSame(found: Inference, expected: Inference): void {
  expect(found.rawProbability).to.be.closeTo(expected.rawProbability, TOLERANCE);
  expect(found.featureShape).to.deep.equal(expected.featureShape);
  for (const [key, scale] of [
    ['activations', (largest: number) => Math.max(1, largest)],
    ['gradients', (largest: number) => Math.min(1, largest)],
  ] as const) {
    expect(found[key].length).to.equal(expected[key].length);
    let [farthest, largest] = [0, 0];
    for (const [at, value] of expected[key].entries()) {
      farthest = Math.max(farthest, Math.abs(found[key][at]! - value));
      largest = Math.max(largest, Math.abs(value));
    }
    expect(farthest, key).to.be.at.most(TOLERANCE * scale(largest));
  }
}

function expectSameMap(found: HeatMap, expected: HeatMap): void {
  expect(expected.peak).to.be.above(0);
  expect(found.peak / expected.peak).to.be.closeTo(1, TOLERANCE);
  for (const [at, value] of expected.values.entries())
    expect(found.values[at]!, `place ${at}`).to.be.closeTo(value, TOLERANCE);
}

async function analysed(bundle: Bundle, name: (typeof ENGINES)[number]): Promise<ExamOutcome> {
  const engine = await openEngine(bundle, { engine: name, device: 'cpu' });
  const { preparation, overlays, close } = openThreads(1);
  const instances = exam.map((made) => ({ ...made, fetch: async () => Uint8Array.from(made.bytes) }));
  try {
    const settings = {
      reports: ['tid1500' as const],
      notProcessed: true,
      secondaryCapture: 'off' as const,
      presentationState: 'off' as const,
      overview: 'off' as const,
      explain: { method: 'grad-cam' as const },
    };
    return await processExam(
      instances,
      {
        bundle,
        known: undefined,
        engine,
        preparation,
        overlays,
        settings,
        softwareVersion: '0.0.0',
        concurrency: 2,
      },
      { createdAt: new Date(2026, 2, 2, 10, 30), predecessors: [] },
    );
  } finally {
    await Promise.all([engine.close(), close()]);
  }
}

interface Line {
  concept: string;
  text: string | undefined;
  number: number | undefined;
}

/** The report's content items in their order; places on the image in whole pixels. */
function linesOf({ objects }: ExamOutcome): Line[] {
  expect(objects).to.have.length(1);
  const lines: Line[] = [];
  const walk = (item: Dataset) => {
    const value =
      item.string('NumericValue') ?? item.items('MeasuredValueSequence')[0]?.string('NumericValue');
    const places = item.numbers('GraphicData').map(Math.round);
    lines.push({
      concept: item.code('ConceptNameCodeSequence')?.meaning ?? '',
      text:
        item.string('TextValue') ??
        item.string('UID') ??
        item.code('ConceptCodeSequence')?.meaning ??
        (places.length > 0 ? places.join(' ') : undefined),
      number: value === undefined ? undefined : Number(value),
    });
    for (const child of item.items('ContentSequence')) walk(child);
  };
  walk(readPart10(objects[0]!.bytes).dataset);
  return lines;
}
