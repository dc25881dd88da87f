import {
  encodeModel,
  FLOAT,
  type ModelProto,
  type NodeProto,
  TARGET_LAYER_KEY,
  type ValueInfoProto,
} from '../../model/index.js';
import { OnnxGraph } from '../export/index.js';
import { differentiate } from './backward/index.js';
import { constantOf } from './givenConstant.js';
import type { GivenNetwork } from './givenNetwork.js';
import type { InputPlan } from './inputPlan.js';
import { type OutputPlan, writeScore } from './outputMeaning.js';

/** The names that an engine asks for; a network that uses one for something else has it renamed. */
const OWN_NAMES = ['image', 'probability', 'activations', 'gradients'];

/** How many images go through in one run. */
export type Batch = 'any' | 'one';

/** The layer that explains: its value in the graph, how its numbers lie, and the name that reports give it. */
export interface TargetLayer {
  value: string;
  layout: 'NCHW' | 'NHWC';
  label: string;
}

/** The given network between an input and outputs as a bundle has them (docs/model-bundle.md). */
export class AdaptedNetwork {
  readonly #given: GivenNetwork;
  readonly #graph: OnnxGraph;
  readonly #input: InputPlan;
  /** How many of the added nodes stand before the network's own. */
  readonly #ahead: number;
  readonly score: string;
  /** Of the bundle's outputs, the value behind each. */
  readonly #outputs = new Map<string, string>();
  #explained: { target: TargetLayer; gradient: string } | undefined;

  constructor(given: GivenNetwork, input: InputPlan, output: OutputPlan) {
    this.#given = given;
    this.#input = input;
    const taken = given.names();
    const fresh = (name: string) => {
      let free = `given_${name}`;
      while (taken.has(free)) free = `given_${free}`;
      return free;
    };
    given.rename(new Map(OWN_NAMES.filter((name) => taken.has(name)).map((name) => [name, fresh(name)])));
    this.#graph = new OnnxGraph([...given.names(), ...OWN_NAMES]);
    const entered = writeInput(this.#graph, input);
    this.#ahead = this.#graph.written.nodes.length;
    given.rename(new Map([[given.inputName, entered]]));
    this.score = writeScore(this.#graph, given, output);
    this.#outputs.set('probability', this.#graph.node('Sigmoid', [this.score], {}, 'score_probability'));
  }

  /** All nodes from the image to the score, each after those that it needs. */
  get forward(): NodeProto[] {
    const added = this.#graph.written.nodes;
    return [...added.slice(0, this.#ahead), ...this.#given.nodes, ...added.slice(this.#ahead)];
  }

  /**
   * Adds activations and gradients of a layer.
   *
   * @param shapes dimensions of the values between target and score, for one image
   * @throws ImportError `import-no-gradients`
   */
  explainAt(target: TargetLayer, shapes: ReadonlyMap<string, number[]>): void {
    const given = this.#given;
    const own = new Map(this.#graph.written.initializers.map((tensor) => [tensor.name, tensor]));
    const constant = (value: string) => {
      const added = own.get(value);
      return added ? constantOf(added) : given.constant(value);
    };
    const gradient = differentiate(
      this.forward,
      { score: this.score, target: target.value },
      {
        graph: this.#graph,
        opset: given.opset,
        shape: (value) => shapes.get(value) ?? constant(value)?.dims ?? [],
        constant,
      },
    );
    const last = (value: string) =>
      target.layout === 'NHWC' ? value : this.#graph.node('Transpose', [value], { perm: [0, 2, 3, 1] });
    const activations = last(target.value);
    this.#explained = { target, gradient };
    this.#outputs.set('activations', activations);
    this.#outputs.set('gradients', last(gradient));
  }

  /** The model with further values as outputs, to look at. */
  probe(batch: Batch, values: readonly string[]): ModelProto {
    return this.#model(
      [this.#imageInfo(batch)],
      this.forward,
      values.map((value) => bareInfo(value)),
    );
  }

  /** From the target layer's value, given as a second input, to the score and its gradient. */
  head(): ModelProto {
    const { target, gradient } = this.#explained!;
    const before = this.forward.filter(({ output }) => !output.includes(target.value));
    const inputs = [this.#imageInfo('one'), bareInfo(target.value, true)];
    return this.#model(
      inputs,
      before,
      [this.score, gradient].map((name) => bareInfo(name)),
    );
  }

  /** Takes activations and gradients away again. */
  leaveUnexplained(): void {
    this.#explained = undefined;
    this.#outputs.delete('activations');
    this.#outputs.delete('gradients');
  }

  /** Of the bundle's model.onnx. */
  get outputNames(): string[] {
    return [...this.#outputs.keys()];
  }

  get gradient(): string {
    return this.#explained!.gradient;
  }

  /** model.onnx of the bundle. */
  encode(batch: Batch): Uint8Array {
    const outputs = [...this.#outputs];
    const names = outputs.map(
      ([name, value]): NodeProto => ({
        opType: 'Identity',
        // Without one, as any could be taken by a node of the given network.
        name: '',
        input: [value],
        output: [name],
        attribute: [],
      }),
    );
    const model = this.#model(
      [this.#imageInfo(batch)],
      [...this.forward, ...names],
      outputs.map(([name]) => bareInfo(name)),
    );
    const { target } = this.#explained ?? {};
    const metadataProps = target === undefined ? [] : [{ key: TARGET_LAYER_KEY, value: target.label }];
    return encodeModel({ ...model, metadataProps });
  }

  #model(input: ValueInfoProto[], node: NodeProto[], output: ValueInfoProto[]): ModelProto {
    return this.#given.around((graph) => ({
      ...graph,
      node,
      input,
      output,
      initializer: [...graph.initializer, ...this.#graph.written.initializers],
      // They were noted for the batch that it was exported with.
      valueInfo: [],
    }));
  }

  #imageInfo(batch: Batch): ValueInfoProto {
    const { rows, columns, pictureChannels } = this.#input;
    const sizes = [rows, columns, pictureChannels].map((dimValue) => ({ dimValue }));
    const views = batch === 'any' ? { dimParam: 'views' } : { dimValue: 1 };
    return { name: 'image', type: { tensorType: { elemType: FLOAT, shape: { dim: [views, ...sizes] } } } };
  }
}

/** Views × rows × columns × channels to what the network takes. */
function writeInput(graph: OnnxGraph, plan: InputPlan): string {
  const { layout, channels, pictureChannels, scaling } = plan;
  const first = layout === 'NCHW';
  let value = first ? graph.node('Transpose', ['image'], { perm: [0, 3, 1, 2] }, 'channels_first') : 'image';
  if (pictureChannels < channels)
    value = graph.node(
      'Concat',
      Array.from({ length: channels }, () => value),
      { axis: first ? 1 : 3 },
      'channels_alike',
    );
  if (scaling !== undefined) {
    const dims = first ? [channels, 1, 1] : [channels];
    const factors = graph.constant('channel_factors', dims, Float32Array.from(scaling.factors));
    const offsets = graph.constant('channel_offsets', dims, Float32Array.from(scaling.offsets));
    value = graph.node('Add', [graph.node('Mul', [value, factors]), offsets], {}, 'channels_scaled');
  }
  return graph.node('Identity', [value], {}, 'network_input');
}

/** Its type follows from the node that makes it; an input's must be said. */
function bareInfo(name: string, typed = false): ValueInfoProto {
  if (!typed) return { name } as ValueInfoProto;
  return { name, type: { tensorType: { elemType: FLOAT } } } as ValueInfoProto;
}
