import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ExaminationPool } from '../../src/evaluation/examinationPool.js';
import { area, checkPerturbation } from '../../src/evaluation/explanation/perturbation.js';
import { checkPlanted } from '../../src/evaluation/explanation/plantedMass.js';
import { checkRandomised } from '../../src/evaluation/explanation/randomised.js';
import { withShuffledWeights } from '../../src/evaluation/explanation/randomisedWeights.js';
import type { ExplanationSubject } from '../../src/evaluation/explanation/subject.js';
import type { PerturbationCheck } from '../../src/evaluation/explanation/types.js';
import { perturbationVerdict } from '../../src/evaluation/explanation/verdict.js';
import { heatMapWarnings } from '../../src/evaluation/warnings.js';
import { type Bundle, type Engine, type Inference, openEngine } from '../../src/model/index.js';
import { scratchFolder, smallBundle } from '../model/bundles.js';
import { SMALL_NETWORKS } from '../training/smallNetworks.js';

const CPU = { engine: 'onnxruntime', device: 'cpu' } as const;
const LAYERS = { engine: 'tensorflow', device: 'auto' } as const;

function ramp(bundle: Bundle): Float32Array {
  const { rows, columns, channels } = bundle.input;
  return Float32Array.from(
    { length: rows * columns * channels },
    (_, index) => Math.sin(index) + (index % columns) / columns,
  );
}

function subject(bundle: Bundle, engine: Engine): ExplanationSubject {
  return { bundle, engine, answers: [], pool: undefined as unknown as ExaminationPool, seed: 1, choice: CPU };
}

describe('shuffled weights', () => {
  for (const network of SMALL_NETWORKS)
    it(`make another network of ${network.name}, whose gradients are still its own`, async () => {
      const bundle = await smallBundle(network);
      const input = ramp(bundle);
      const ask = async (given: Bundle, choice: typeof CPU | typeof LAYERS): Promise<Inference> => {
        const engine = await openEngine(given, choice);
        try {
          return (await engine.infer([input]))[0]!;
        } finally {
          await engine.close();
        }
      };
      const before = await ask(bundle, CPU);
      const after = await withShuffledWeights(bundle, 1, (shuffled) => ask(shuffled, CPU));
      expect(after!.rawProbability).to.not.be.closeTo(before.rawProbability, 1e-6);
      expect(after!.activations).to.not.deep.equal(before.activations);
      // What is left of the bundle itself is as it was.
      expect((await ask(bundle, CPU)).rawProbability).to.equal(before.rawProbability);
      const again = await withShuffledWeights(bundle, 1, (shuffled) => ask(shuffled, CPU));
      expect(again!.rawProbability).to.equal(after!.rawProbability);
    });

  it('keep the values of every kernel, in another order, and touch nothing else', async () => {
    const bundle = await smallBundle();
    const original = await readFile(join(bundle.directory, 'model.onnx'));
    const layers = await readFile(join(bundle.directory, 'weights.bin'));
    await withShuffledWeights(bundle, 4, async ({ directory }) => {
      const shuffled = await readFile(join(directory, 'model.onnx'));
      expect(shuffled).to.have.length(original.length);
      expect(shuffled.equals(original)).to.equal(false);
      expect([...shuffled].sort()).to.deep.equal([...original].sort());
      const shuffledLayers = await readFile(join(directory, 'weights.bin'));
      const floats = (bytes: Buffer) => [...new Float32Array(new Uint8Array(bytes).buffer)].sort();
      expect(shuffledLayers.equals(layers)).to.equal(false);
      expect(floats(shuffledLayers)).to.deep.equal(floats(layers));
    });
  });

  it('leave no file behind, not even after an error', async () => {
    const bundle = await smallBundle();
    // A place of its own: other tests that run at the same time shuffle weights, too.
    const { TMPDIR } = process.env;
    process.env.TMPDIR = await scratchFolder();
    let thrown: unknown;
    let held: string[] = [];
    try {
      await withShuffledWeights(bundle, 1, async () => {
        held = await readdir(tmpdir());
        throw new Error('on purpose');
      }).catch((error: unknown) => {
        thrown = error;
      });
      expect((thrown as Error).message).to.equal('on purpose');
      expect(held).to.have.length(1);
      expect(await readdir(tmpdir())).to.deep.equal([]);
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });

  it('change the heat maps, and by how much is reported', async () => {
    const bundle = await smallBundle();
    const engine = await openEngine(bundle, CPU);
    try {
      const samples = Array.from({ length: 6 }, (_, index) => ({
        case: `${index}`,
        input: ramp(bundle).map((value, place) => value + Math.cos(place * (index + 1))),
      }));
      const check = (await checkRandomised(subject(bundle, engine), samples))!;
      expect(check.images).to.equal(6);
      expect(check.correlation.value!).to.be.within(-1, 0.9);
    } finally {
      await engine.close();
    }
  });
});

/**
 * A network that looks at one cell of a 4 × 4 grid: its answer is the brightness there, and its map says so, or lies.
 */
function lookingAt(cell: number, shown = cell): Engine {
  return {
    name: 'onnxruntime',
    device: 'cpu',
    reason: '',
    close: async () => {},
    infer: async (inputs) =>
      inputs.map((input): Inference => {
        const [row, column] = [Math.floor(cell / 4), cell % 4];
        let sum = 0;
        for (let y = 0; y < 4; y++)
          for (let x = 0; x < 4; x++) sum += input[(row * 4 + y) * 16 + column * 4 + x]!;
        const activations = new Float32Array(16);
        activations[shown] = 1;
        return {
          rawProbability: Math.min(0.99, Math.max(0.01, sum / 16)),
          activations,
          gradients: new Float32Array(16).fill(1),
          featureShape: [4, 4, 1],
        };
      }),
  };
}

describe('covering and uncovering', () => {
  const bundle = {
    input: { rows: 16, columns: 16, channels: 1, preparation: [] },
    calibration: { kind: 'none' },
  } as unknown as Bundle;
  const samples = [0, 1, 2, 3].map((one) => ({
    case: `${one}`,
    // A bright cell (5) in the dark.
    input: Float32Array.from({ length: 256 }, (_, index) => {
      const [row, column] = [index >> 4, index & 15];
      return row >> 2 === 1 && column >> 2 === 1 ? 1 : 0;
    }),
  }));

  it('tell a map that shows what the answer comes from', async () => {
    const check = (await checkPerturbation(subject(bundle, lookingAt(5)), samples, () => {}))!;
    expect(check.deletion.difference.interval![1]).to.be.below(0);
    expect(check.insertion.difference.interval![0]).to.be.above(0);
    expect(check.deletion.map[0]).to.be.closeTo(0.99, 1e-6);
    expect(check.deletion.map.at(-1)).to.equal(check.insertion.map[0]);
  });

  it('tell a map that shows another place', async () => {
    const check = (await checkPerturbation(subject(bundle, lookingAt(5, 15)), samples, () => {}))!;
    expect(check.deletion.difference.value!).to.be.above(-0.2);
    expect(check.insertion.difference.value!).to.be.below(0.2);
  });

  const verdicts = async (engine: Engine) => {
    const check = (await checkPerturbation(subject(bundle, engine), samples, () => {}))!;
    const both = (['deletion', 'insertion'] as const).map((which) => perturbationVerdict(check, which));
    return { both, warning: heatMapWarnings({ perturbation: check }).join() };
  };

  it('are said to show a map that works', async () => {
    expect(await verdicts(lookingAt(5))).to.deep.equal({ both: ['shown', 'shown'], warning: '' });
  });

  it('are not said to show a map that marks another place', async () => {
    const { both, warning } = await verdicts(lookingAt(5, 15));
    expect(both).to.deep.equal(['not shown', 'not shown']);
    expect(warning).to.match(/could not be shown .* was not seen to change it/);
  });

  it('cannot tell where blurring raises the answer whatever is blurred', () => {
    // As measured on a network that takes blur for a finding.
    const estimate = (value: number, interval: [number, number]) => ({ value, interval });
    const none = estimate(0, [0, 0]);
    const perturbation: PerturbationCheck = {
      images: 16,
      fractions: [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1],
      deletion: {
        map: [0.725, 0.756, 0.795, 0.809, 0.843, 0.872, 0.893, 0.87, 0.46],
        moved: [0.725, 0.799, 0.836, 0.878, 0.895, 0.906, 0.908, 0.88, 0.46],
        mapArea: none,
        movedArea: none,
        difference: estimate(-0.033, [-0.049, -0.017]),
      },
      insertion: {
        map: [0.46, 0.874, 0.916, 0.914, 0.898, 0.886, 0.867, 0.829, 0.725],
        moved: [0.46, 0.805, 0.861, 0.909, 0.896, 0.873, 0.856, 0.823, 0.725],
        mapArea: none,
        movedArea: none,
        difference: estimate(0.02, [0.01, 0.032]),
      },
    };
    expect(perturbationVerdict(perturbation, 'deletion')).to.equal('cannot tell');
    expect(perturbationVerdict(perturbation, 'insertion')).to.equal('cannot tell');
    expect(heatMapWarnings({ perturbation }).join()).to.match(/could not be shown .* whatever is blurred/);
    // Where only the hot places raise it they count against the answer: that is no proof either.
    const { deletion } = perturbation;
    const moved = deletion.moved.map(() => 0.725);
    expect(perturbationVerdict({ ...perturbation, deletion: { ...deletion, moved } }, 'deletion')).to.equal(
      'not shown',
    );
  });

  it('have nothing to say about maps without heat', async () => {
    const flat: Engine = {
      ...lookingAt(5),
      infer: async (inputs) =>
        (await lookingAt(5).infer(inputs)).map((one) => ({ ...one, activations: new Float32Array(16) })),
    };
    expect(await checkPerturbation(subject(bundle, flat), samples, () => {})).to.equal(null);
  });

  it('measure the area under a curve as its mean height', () => {
    expect(area([1, 1, 1])).to.equal(1);
    expect(area([0, 1])).to.equal(0.5);
    expect(area([0, 0, 1])).to.equal(0.25);
  });
});

describe('the planted mass', function () {
  this.timeout(120_000);
  const rows = 64;
  const bundle = {
    name: 'seeing',
    version: '1',
    classes: ['benign', 'malignant'],
    operatingPoint: 0.5,
    calibration: { kind: 'none' },
    input: {
      rows,
      columns: rows,
      channels: 1,
      preparation: [
        { step: 'resize', rows, columns: rows },
        { step: 'normalise', mean: 0, deviation: 1 },
      ],
    },
  } as unknown as Bundle;

  /** Its map is what two inputs differ in, when it is given the views with and without the mass; else it is blind. */
  function comparing(hot: (difference: Float32Array) => Float32Array): Engine {
    let last: Float32Array = new Float32Array(rows * rows);
    return {
      ...lookingAt(0),
      infer: async (inputs) => {
        if (inputs.length === 2)
          last = hot(inputs[0]!.map((value, index) => Math.max(0, value - inputs[1]![index]!)));
        return inputs.map(
          (_, index): Inference => ({
            rawProbability: index === 0 ? 0.8 : 0.3,
            activations: last,
            gradients: new Float32Array(rows * rows).fill(1),
            featureShape: [rows, rows, 1],
          }),
        );
      },
    };
  }

  it('is hit by a map that shows it, in every view, and chance would hit few', async () => {
    const { check, pictures } = await checkPlanted(
      subject(
        bundle,
        comparing((difference) => difference),
      ),
      () => {},
    );
    expect(check.views).to.have.length(12);
    expect(check.gradCamHits).to.equal(12);
    expect(check.expectedByChance).to.be.within(0.1, 3);
    expect(check.meanRise).to.be.closeTo(0.5, 1e-6);
    expect(pictures.map(({ png }) => Buffer.from(png).subarray(1, 4).toString())).to.deep.equal([
      'PNG',
      'PNG',
    ]);
  });

  it('is missed by a map that shows a corner, and that is what is reported', async () => {
    const corner = (difference: Float32Array) => difference.map((_, index) => (index === 0 ? 1 : 0));
    const { check } = await checkPlanted(subject(bundle, comparing(corner)), () => {});
    expect(check.gradCamHits).to.equal(0);
    expect(check.views.every(({ gradCam }) => gradCam.distance! > 2)).to.equal(true);
  });
});
