import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { anyTensorflow, type TensorFlow, type TensorFlowRuntime } from '../../src/model/tensorflowRuntime.js';
import { useNativeConvolutions } from '../../src/training/fitting/nativeConvolutions.js';
import { EfficientNetLite } from '../../src/training/networks/efficientNetLite.js';
import { jointLesionMap } from '../../src/training/networks/jointLesionMap.js';
import {
  LESION_MAP_LAYER,
  LESION_TARGET_LAYER,
  lesionMapNetwork,
} from '../../src/training/networks/lesionMap.js';
import { readSafetensors } from '../../src/training/start/safetensors.js';
import { needsNativeTensorflow } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { refusal } from './refusal.js';
import { seededValues } from './smallNetworks.js';

/** Where the pretrained weights and their reference outputs lie; they are not part of the project. */
const PRETRAINED = process.env.MAMORI_PRETRAINED ?? '../shared/data/pretrained';
const WEIGHTS = join(PRETRAINED, 'efficientnet-lite0.safetensors');

function needsPretrained(context: Mocha.Context): void {
  if (existsSync(WEIGHTS)) return;
  console.warn(
    `      skipped: ${WEIGHTS} is not there (scripts/makeSafetensors.py makes it; MAMORI_PRETRAINED)`,
  );
  context.skip();
}

interface Reference {
  shape_chw: number[];
  mean: number;
  std: number;
  channel0to3_at_0_0: number[];
}

describe('EfficientNet-Lite0', () => {
  let runtime: TensorFlowRuntime;
  let tf: TensorFlow;
  before(async () => {
    runtime = await anyTensorflow();
    ({ tf } = runtime);
  });

  const SIZE = 64;
  function backbone(): { net: EfficientNetLite; model: LayersModel } {
    const image = tf.input({ shape: [SIZE, SIZE, 3] });
    const net = new EfficientNetLite(tf, image);
    return { net, model: tf.model({ inputs: image, outputs: net.blocks.at(-1)! }) };
  }

  it("gives the reference's outputs from the pretrained weights", async function () {
    this.timeout(60_000);
    needsPretrained(this);
    const { net, model } = backbone();
    net.fill(model, await readSafetensors(WEIGHTS));
    const file = join(PRETRAINED, 'efficientnet-lite0.reference.json');
    const reference = JSON.parse(await readFile(file, 'utf8')) as Record<string, Reference>;
    const values = Float32Array.from({ length: SIZE * SIZE * 3 }, (_, at) => {
      const [place, channel] = [Math.floor(at / 3), at % 3];
      const [row, column] = [Math.floor(place / SIZE), place % SIZE];
      return (((64 * row + column + 7 * channel) % 256) - 127) / 128;
    });
    const outputs: [string, LayersModel['outputs'][number]][] = [
      ['stem', model.getLayer('stem').output as LayersModel['outputs'][number]],
      ...[2, 4, 10, 15].map(
        (block) => [`block${block}`, net.blocks[block]!] as [string, LayersModel['outputs'][number]],
      ),
    ];
    for (const [name, output] of outputs) {
      const part = tf.model({ inputs: model.inputs, outputs: output });
      const got = part.predict(tf.tensor4d(values, [1, SIZE, SIZE, 3])) as Tensor;
      const { shape_chw: shape, mean, channel0to3_at_0_0: first } = reference[name]!;
      expect(got.shape, name).to.deep.equal([1, shape[1], shape[2], shape[0]]);
      expect(tf.mean(got).dataSync()[0], name).to.be.closeTo(mean, 1e-4);
      const corner = got.dataSync();
      for (const [channel, value] of first.entries())
        expect(corner[channel], `${name}, channel ${channel}`).to.be.closeTo(value, 1e-3);
    }
  });

  it('refuses the weights of another network by name', async () => {
    const { net, model } = backbone();
    const other = new Map([['_conv_stem.weight', { shape: [4], values: new Float32Array(4) }]]);
    const error = await refusal(Promise.resolve().then(() => net.fill(model, other)));
    expect(error.code).to.equal('start-other-network');
    expect(error.message).to.contain('4 numbers as _conv_stem.weight in place of 864');
  });
});

describe('several networks that map lesions, as one', () => {
  it('has the mean of their maps as its map, and their features side by side', async function () {
    this.timeout(60_000);
    const { tf } = await anyTensorflow();
    const input = { rows: 64, columns: 32, channels: 3 };
    const members = [1, 2, 3].map((seed) => {
      const { model } = lesionMapNetwork(tf, input);
      for (const layer of model.layers) {
        // The first layers, which no fit changes, are the same in all of them.
        const own = /^(stem|block[012]_)/.test(layer.name) ? 0 : seed;
        const given = layer.getWeights().map((weight, at) => {
          const values = seededValues(weight.size, own + 10 * at + layer.name.length);
          return tf.tensor(
            values.map((value) => (value * 3) / Math.sqrt(weight.size / weight.shape.at(-1)!)),
            weight.shape,
          );
        });
        if (layer.getClassName() !== 'LogSumExp') layer.setWeights(given);
      }
      return model;
    });
    const joint = jointLesionMap(tf, input, members);
    const image = tf.tensor4d(seededValues(64 * 32 * 3, 9), [1, 64, 32, 3]);
    const outputOf = (model: LayersModel, layer: string) => {
      const output = model.getLayer(layer).output as LayersModel['outputs'][number];
      return (tf.model({ inputs: model.inputs, outputs: output }).predict(image) as Tensor).dataSync();
    };
    const maps = members.map((member) => outputOf(member, LESION_MAP_LAYER));
    const mean = maps[0]!.map((_, at) => maps.reduce((sum, map) => sum + map[at]!, 0) / 3);
    expect(Math.max(...mean) - Math.min(...mean), 'differences in the map').to.be.above(0.01);
    for (const [at, value] of outputOf(joint, LESION_MAP_LAYER).entries())
      expect(value).to.be.closeTo(mean[at]!, 1e-4);
    expect(joint.getLayer(LESION_TARGET_LAYER).outputShape).to.deep.equal([null, 4, 2, 3 * 96]);
    const [one] = members;
    const shared = one!.layers
      .filter(({ name }) => /^(stem|block[012]_)/.test(name))
      .reduce((sum, layer) => sum + layer.countParams(), 0);
    const own = one!.countParams() - shared;
    // The mean of three offsets, sharpnesses and scores is one of each.
    expect(joint.countParams()).to.equal(shared + 3 * own - 2 * 4);
  });
});

describe("TensorFlow's own convolutions", () => {
  it("answer and learn as tfjs's do", async function () {
    this.timeout(60_000);
    needsNativeTensorflow(this);
    const runtime = await anyTensorflow();
    const { tf } = runtime;
    const image = tf.input({ shape: [13, 10, 3] });
    const { layers } = tf;
    const model = tf.model({
      inputs: image,
      outputs: [
        layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu6' }),
        layers.depthwiseConv2d({ kernelSize: 5, padding: 'same', activation: 'relu6' }),
        layers.conv2d({ filters: 4, kernelSize: 1, activation: 'relu' }),
        layers.conv2d({ filters: 2, kernelSize: 1 }),
      ].reduce((value, layer) => layer.apply(value) as typeof image, image),
    });
    // Large enough for both ends of relu6 to be met.
    for (const [index, layer] of model.layers.entries())
      layer.setWeights(
        layer.getWeights().map((weight, at) => {
          const values = seededValues(weight.size, 10 * index + at).map((value) => 2 * value);
          return tf.tensor(values, weight.shape);
        }),
      );
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    const given = tf.tensor4d(seededValues(2 * 13 * 10 * 3, 5), [2, 13, 10, 3]) as Tensor4D;
    const learn = () => {
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(model.apply(given, { training: true }) as Tensor)),
        variables,
      );
      return [value, ...variables.map(({ name }) => grads[name]!)].map((tensor) => tensor.dataSync());
    };
    const expected = learn();
    useNativeConvolutions(runtime, model);
    for (const [index, values] of learn().entries())
      for (const [at, value] of values.entries())
        expect(value).to.be.closeTo(expected[index]![at]!, 1e-4 * (1 + Math.abs(expected[index]![at]!)));
  });
});

describe('a safetensors file', () => {
  const header = (entries: object) => {
    const text = Buffer.from(JSON.stringify(entries));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text]);
  };
  const entry = { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] };
  const numbers = Buffer.from(Float32Array.of(1.5, -2).buffer);

  async function fileOf(bytes: Uint8Array): Promise<string> {
    const path = join(scratchFolder('safetensors'), 'start.safetensors');
    await writeFile(path, bytes);
    return path;
  }

  it('is read', async () => {
    const path = await fileOf(Buffer.concat([header({ __metadata__: { a: 'b' }, one: entry }), numbers]));
    const tensors = await readSafetensors(path);
    expect([...tensors.keys()]).to.deep.equal(['one']);
    expect(tensors.get('one')).to.deep.equal({ shape: [2, 1], values: Float32Array.of(1.5, -2) });
  });

  const whole = Buffer.concat([header({ one: entry }), numbers]);
  const broken: [string, Uint8Array, string][] = [
    ['cut short in its numbers', whole.subarray(0, -1), 'start-unreadable'],
    ['cut short in its header', whole.subarray(0, 20), 'start-unreadable'],
    ['empty', new Uint8Array(0), 'start-malformed'],
    ['of another kind', Buffer.alloc(64, 0xff), 'start-malformed'],
    ['of another number format', header({ one: { ...entry, dtype: 'F16' } }), 'start-malformed'],
    ['with a shape that does not fit', header({ one: { ...entry, shape: [3] } }), 'start-malformed'],
  ];
  for (const [what, bytes, code] of broken)
    it(`is refused when ${what}`, async () => {
      const error = await refusal(readSafetensors(await fileOf(bytes)));
      expect(error.code).to.equal(code);
      expect(error.remedy).to.contain('makeSafetensors.py');
    });

  it('is refused when it is not there', async () => {
    expect((await refusal(readSafetensors('/nowhere/at/all'))).code).to.equal('start-unreadable');
  });
});
