import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../model/index.js';
import { constantOf, type GivenConstant } from './givenConstant.js';

/** A dimension's size; undefined where it is free. */
export type Dimension = number | undefined;

/**
 * A network as it came, with what is asked of a graph: which node makes a value, which value is a constant. Only names
 * are changed in it; what is added stands beside it (`OnnxGraph`).
 */
export class GivenNetwork {
  readonly #model: ModelProto;
  readonly #producers = new Map<string, NodeProto>();
  readonly #initializers = new Map<string, TensorProto>();
  /** Version of ONNX's own operators. */
  readonly opset: number;
  inputName: string;
  readonly inputShape: Dimension[];
  outputName: string;

  /** @param model with one input, one output of interest and operators of a known version: `readGivenNetwork` checks */
  constructor(model: ModelProto, outputName: string) {
    this.#model = model;
    const { graph } = model;
    this.opset = opsetOf(model);
    const weights = new Set(graph.initializer.map(({ name }) => name));
    const input = graph.input.find(({ name }) => !weights.has(name))!;
    this.inputName = input.name;
    this.inputShape = input.type.tensorType.shape.dim.map((dim) => sizeOf(dim));
    this.outputName = outputName;
    this.#index();
  }

  get nodes(): readonly NodeProto[] {
    return this.#model.graph.node;
  }

  /** The node that makes a value; undefined for the input and for stored weights. */
  producer(value: string): NodeProto | undefined {
    return this.#producers.get(value);
  }

  /** A value that does not depend on the input, where it can be read off the file. */
  constant(value: string): GivenConstant | undefined {
    const stored = this.#initializers.get(value);
    if (stored !== undefined) return constantOf(stored);
    const producer = this.#producers.get(value);
    if (producer?.opType === 'Identity') return this.constant(producer.input[0]!);
    if (producer?.opType !== 'Constant') return undefined;
    const tensor = producer.attribute.find(({ name }) => name === 'value')?.t;
    return tensor ? constantOf(tensor) : undefined;
  }

  /** All names of the graph and of graphs within it. */
  names(): Set<string> {
    const names = new Set<string>();
    eachGraph(this.#model.graph, (graph) => {
      for (const { name } of [...graph.input, ...graph.output]) names.add(name);
      for (const { name } of graph.initializer) names.add(name ?? '');
      for (const node of graph.node)
        for (const name of [node.name, ...node.input, ...node.output]) names.add(name);
    });
    return names;
  }

  /** Gives values other names, wherever they are used. */
  rename(names: ReadonlyMap<string, string>): void {
    const renamed = (name: string) => names.get(name) ?? name;
    eachGraph(this.#model.graph, (graph) => {
      for (const tensor of graph.initializer) tensor.name = renamed(tensor.name ?? '');
      for (const info of [...graph.input, ...graph.output]) info.name = renamed(info.name);
      for (const node of graph.node) {
        node.input = node.input.map(renamed);
        node.output = node.output.map(renamed);
      }
    });
    this.inputName = renamed(this.inputName);
    this.outputName = renamed(this.outputName);
    this.#index();
  }

  /** The same model around another graph: nodes and weights of this one, with what is given for the rest. */
  around(change: (graph: GraphProto) => GraphProto): ModelProto {
    return { ...this.#model, graph: change(this.#model.graph) };
  }

  get weightCount(): number {
    const sizes = this.#model.graph.initializer.map(({ dims }) =>
      dims.reduce((size, dim) => size * Number(dim), 1),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  #index(): void {
    this.#producers.clear();
    this.#initializers.clear();
    for (const node of this.nodes) for (const output of node.output) this.#producers.set(output, node);
    for (const tensor of this.#model.graph.initializer) this.#initializers.set(tensor.name ?? '', tensor);
  }
}

/** 0 where the file does not say. */
export function opsetOf({ opsetImport }: Pick<ModelProto, 'opsetImport'>): number {
  return Number(opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0);
}

/** Whole numbers of an attribute; undefined where the node does not have it. */
export function integersOf(node: NodeProto, name: string): number[] | undefined {
  const attribute = node.attribute.find((one) => one.name === name);
  return attribute?.ints?.map(Number);
}

export function integerOf(node: NodeProto, name: string, otherwise: number): number {
  const attribute = node.attribute.find((one) => one.name === name);
  return attribute === undefined ? otherwise : Number(attribute.i ?? 0);
}

export function floatOf(node: NodeProto, name: string, otherwise: number): number {
  return node.attribute.find((one) => one.name === name)?.f ?? otherwise;
}

export function wordOf(node: NodeProto, name: string): string {
  const { s } = node.attribute.find((one) => one.name === name) ?? {};
  return s === undefined ? '' : Buffer.from(s).toString('utf8');
}

function sizeOf(dim: { dimValue?: number; dimParam?: string }): Dimension {
  const size = Number(dim.dimValue ?? 0);
  return size > 0 ? size : undefined;
}

function eachGraph(graph: GraphProto, visit: (graph: GraphProto) => void): void {
  visit(graph);
  for (const node of graph.node)
    for (const { g, graphs } of node.attribute)
      for (const inner of [g, ...(graphs ?? [])]) if (inner) eachGraph(inner, visit);
}
