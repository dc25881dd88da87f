import {
  ATTRIBUTE,
  type AttributeProto,
  encodeModel,
  FLOAT,
  FLOAT16,
  halfBits,
  INT64,
  type NodeProto,
  nearestHalf,
  type TensorProto,
  type ValueInfoProto,
} from '../../model/index.js';
import { TrainingError } from '../errors.js';

/** 17 has every operator that the export uses and runs on every ONNX Runtime since 1.12. */
const OPSET = 17;
const IR_VERSION = 8;
/** Below so many numbers a node to widen them costs more than it saves. */
const WORTH_HALVES = 64;

/** `f` for a float, `s` for a word; a plain number is an integer, as most attributes are. */
export type AttributeValue = number | number[] | { f: number } | { s: string } | { ones: true };

/** An ONNX graph while it is being written. Values go by name; the batch dimension is free everywhere. */
export class OnnxGraph {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #taken: Set<string>;

  /** @param taken names that nothing written here may get: those of the graph that it is to be added to */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** What was written so far, in its order. */
  get written(): { nodes: readonly NodeProto[]; initializers: readonly TensorProto[] } {
    return { nodes: this.#nodes, initializers: this.#initializers };
  }

  /** @returns the name of the node's output */
  node(
    opType: string,
    input: string[],
    attributes: Record<string, AttributeValue> = {},
    label = opType,
  ): string {
    const name = this.#freshName(label);
    const attribute = Object.entries(attributes).map(([key, value]) => toAttribute(key, value));
    this.#nodes.push({ opType, name, input, output: [name], attribute });
    return name;
  }

  /**
   * @returns the name of a constant with these dimensions, row-major; 32 bits, whatever the file keeps
   * @throws TrainingError `model-not-finite`
   */
  constant(label: string, dims: number[], values: Float32Array): string {
    if (!values.every(Number.isFinite))
      throw new TrainingError(
        'model-not-finite',
        `the network's weights ${label} are not all finite numbers`,
        {
          remedy: 'The training went wrong; train again, with a lower learning rate if it happens again.',
        },
      );
    if (values.length >= WORTH_HALVES && values.every((value) => nearestHalf(value) === value))
      return this.#halves(label, dims, values);
    const name = this.#freshName(label);
    this.#initializers.push({ name, dims, dataType: FLOAT, rawData: floatBytes(values) });
    return name;
  }

  /** @returns the name of a one-dimensional constant of 64-bit integers */
  integers(label: string, values: number[]): string {
    const name = this.#freshName(label);
    const rawData = new Uint8Array(values.length * 8);
    const view = new DataView(rawData.buffer);
    for (const [index, value] of values.entries()) view.setBigInt64(index * 8, BigInt(value), true);
    this.#initializers.push({ name, dims: [values.length], dataType: INT64, rawData });
    return name;
  }

  /** @param shape without the batch dimension */
  input(name: string, shape: number[]): string {
    this.#taken.add(name);
    this.#inputs.push(valueInfo(name, shape));
    return name;
  }

  /** Makes a value an output of the graph by this name. */
  output(name: string, value: string, shape: number[]): void {
    this.#nodes.push({
      opType: 'Identity',
      name: `out_${name}`,
      input: [value],
      output: [name],
      attribute: [],
    });
    this.#outputs.push(valueInfo(name, shape));
  }

  /** @param metadata goes into the file beside the graph */
  encode(name: string, metadata: Record<string, string> = {}): Uint8Array {
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'mamori',
      opsetImport: [{ domain: '', version: OPSET }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
  }

  /** Numbers that 16 bits hold are kept so and widened when the network is loaded: the file is half as large. */
  #halves(label: string, dims: number[], values: Float32Array): string {
    const kept = this.#freshName(`${label}_16`);
    const bytes = new Uint8Array(values.length * 2);
    const view = new DataView(bytes.buffer);
    for (const [index, value] of values.entries()) view.setUint16(index * 2, halfBits(value), true);
    this.#initializers.push({ name: kept, dims, dataType: FLOAT16, rawData: bytes });
    return this.node('Cast', [kept], { to: FLOAT }, label);
  }

  #freshName(label: string): string {
    let name = label;
    for (let count = 2; this.#taken.has(name); count++) name = `${label}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

function toAttribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE.int };
  if (Array.isArray(value)) return { name, ints: value, type: ATTRIBUTE.ints };
  if ('s' in value) return { name, s: Buffer.from(value.s), type: ATTRIBUTE.string };
  if ('f' in value) return { name, f: value.f, type: ATTRIBUTE.float };
  const one: TensorProto = { dims: [1], dataType: FLOAT, rawData: floatBytes(Float32Array.of(1)) };
  return { name, t: one, type: ATTRIBUTE.tensor };
}

function valueInfo(name: string, shape: number[]): ValueInfoProto {
  const dim = [{ dimParam: 'views' }, ...shape.map((dimValue) => ({ dimValue }))];
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

function floatBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  return bytes;
}
