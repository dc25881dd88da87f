import { expect } from 'chai';
import { occlusionMap } from '../../src/gradcam/index.js';
import { sigmoid } from '../../src/model/index.js';

const IMAGE = { rows: 40, columns: 20, channels: 2 };
const WIDTH = IMAGE.columns * IMAGE.channels;

/** A network that sees one thing: how much the first channel varies in a square of 4 x 4 pixels. */
function engineLookingAt(top: number, left: number) {
  const score = (input: Float32Array) => {
    let seen = 0;
    for (let y = top; y < top + 4; y++)
      for (let x = left; x < left + 4; x++) seen += Math.abs(input[y * WIDTH + x * IMAGE.channels]! - 0.5);
    return seen / 4 - 1;
  };
  const infer = async (inputs: Float32Array[]) =>
    inputs.map((input) => ({
      rawProbability: sigmoid(score(input)),
      activations: new Float32Array(),
      gradients: new Float32Array(),
      featureShape: [0, 0, 0] as [number, number, number],
    }));
  return { infer };
}

/** Stripes of black and white, so that each place differs from its mean. */
const input = Float32Array.from({ length: IMAGE.rows * WIDTH }, (_, at) => (at >> 1) % 2);

describe('an occlusion map', () => {
  it('peaks where the network looks, on a grid of the shape of the input', async () => {
    const engine = engineLookingAt(28, 12);
    const [whole] = await engine.infer([input]);
    const map = await occlusionMap(engine, { ...IMAGE, input }, whole!.rawProbability);
    expect([map.rows, map.columns]).to.deep.equal([10, 5]);
    const hottest = map.values.indexOf(1);
    expect([Math.floor(hottest / 5), hottest % 5]).to.deep.equal([7, 3]);
    expect(map.values[0]).to.equal(0);
    expect(map.peak).to.be.above(0.5);
  });

  it('is flat where nothing raises the score', async () => {
    const engine = {
      infer: async (inputs: Float32Array[]) => inputs.map(() => ({ rawProbability: 0.3 }) as never),
    };
    const map = await occlusionMap(engine, { ...IMAGE, input }, 0.3);
    expect(map.peak).to.equal(0);
  });

  it('leaves the image as it was', async () => {
    const before = input.slice();
    await occlusionMap(engineLookingAt(0, 0), { ...IMAGE, input }, 0.6);
    expect(input).to.deep.equal(before);
  });
});
