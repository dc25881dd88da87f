import { readFile } from 'node:fs/promises';
import { decodeModel, FLOAT, type ModelProto, type ValueInfoProto } from '../../model/index.js';
import { ImportError } from './errors.js';
import { GivenNetwork, opsetOf } from './givenNetwork.js';

/** Below it operators mean other things, and PyTorch and Keras have long written later ones. */
const OLDEST_OPSET = 11;
/** The first field of every ONNX file: its IR version. */
const FIRST_BYTE = 0x08;
/** ONNX's element types by number (TensorProto.DataType); those that an answer may have, and others that are met. */
const FRACTIONS: ReadonlyMap<number, string> = new Map([
  [FLOAT, 'float32'],
  [10, 'float16'],
  [11, 'float64'],
]);
const WHOLE: ReadonlyMap<number, string> = new Map([
  [2, 'uint8'],
  [3, 'int8'],
  [6, 'int32'],
  [7, 'int64'],
  [9, 'bool'],
]);

/** A file as it was read, and the network in it. */
export interface NetworkFile {
  bytes: Uint8Array;
  network: GivenNetwork;
}

/** A file as it was read, before it was said which of its outputs is the answer. */
export interface ReadFile {
  bytes: Uint8Array;
  model: ModelProto;
}

/**
 * Reads an ONNX file and checks what does not need to be run: that it is whole, that its weights lie in it, and that it
 * has one picture as its input and one answer.
 *
 * @param outputName which output is the answer, where the file has several
 * @throws ImportError `import-unreadable`, `import-not-onnx`, `import-cut-short`, `import-external-data`,
 *   `import-opset`, `import-inputs`, `import-outputs`
 */
export async function readNetworkFile(path: string, outputName?: string): Promise<NetworkFile> {
  const { bytes, model } = await readModel(path);
  return {
    bytes,
    network: new GivenNetwork(model, checkOutput(model, path, chosenOutput(model, path, outputName))),
  };
}

/** The same as far as the outputs. */
export async function readModel(path: string): Promise<ReadFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ImportError(
      'import-unreadable',
      `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      {
        cause,
        remedy: 'Name the ONNX file that PyTorch or Keras exported.',
      },
    );
  }
  const model = decoded(bytes, path);
  checkWeights(model, path);
  const opset = opsetOf(model);
  if (opset < OLDEST_OPSET)
    throw new ImportError('import-opset', `${path} uses version ${opset} of ONNX's operators (its opset)`, {
      remedy: `Export it again with opset_version=17; ${OLDEST_OPSET} is the oldest that is read.`,
    });
  checkInput(model, path);
  return { bytes, model };
}

function decoded(bytes: Uint8Array, path: string): ModelProto {
  let model: ModelProto | undefined;
  let cause: unknown;
  try {
    model = decodeModel(bytes) as ModelProto;
  } catch (error) {
    cause = error;
  }
  if (model?.graph && model.graph.node.length > 0) return model;
  const known = otherFormat(bytes);
  if (bytes[0] === FIRST_BYTE && known === undefined)
    throw new ImportError('import-cut-short', `${path} (${bytes.length} bytes) is cut short or broken`, {
      cause,
      remedy: 'Copy it again, whole, or export the network again.',
    });
  throw new ImportError('import-not-onnx', `${path} is no ONNX file${known ? ` but ${known}` : ''}`, {
    cause,
    remedy: 'Export the network with torch.onnx.export or tf2onnx; docs/model-import.md shows how.',
  });
}

function otherFormat(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  if (start.startsWith('PK')) return "an archive, such as PyTorch's .pt or Keras's .keras";
  if (start.startsWith('\x89HDF')) return "HDF5, such as Keras's .h5";
  if (start.slice(4, 8) === 'TFL3') return 'a TensorFlow Lite model';
  return undefined;
}

function checkWeights({ graph }: ModelProto, path: string): void {
  const outside = [
    ...graph.initializer,
    ...graph.node.flatMap(({ attribute }) => attribute.map(({ t }) => t)),
  ].find((tensor) => (tensor?.externalData?.length ?? 0) > 0);
  if (outside === undefined) return;
  const file = outside.externalData!.find(({ key }) => key === 'location')?.value ?? 'another file';
  throw new ImportError(
    'import-external-data',
    `the weights of ${path} lie in ${file}, not in the file itself`,
    {
      remedy:
        'Export with external_data=False (torch.onnx.export), or join them: ' +
        `onnx.save_model(onnx.load("model.onnx"), "whole.onnx", save_as_external_data=False).`,
    },
  );
}

function checkInput({ graph }: ModelProto, path: string): void {
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !weights.has(name));
  const [input] = inputs;
  const tensor = input?.type?.tensorType;
  const rank = tensor?.shape?.dim.length;
  if (inputs.length === 1 && tensor?.elemType === FLOAT && rank === 4) return;
  const found = inputs.map((one) => `${one.name} (${described(one)})`).join(', ') || 'none';
  throw new ImportError('import-inputs', `${path} has the input ${found}; one picture is needed`, {
    remedy:
      'Export a network with one input of 32-bit floats (network.float() before torch.onnx.export) and four ' +
      'dimensions: N x C x H x W or N x H x W x C.',
  });
}

function described({ type }: ValueInfoProto): string {
  const dims = type?.tensorType?.shape?.dim.map((dim) => Object.values(dim).map(String)[0] ?? '?');
  return `${typeName(type?.tensorType?.elemType)}, ${dims?.join(' x ') ?? 'no shape'}`;
}

function typeName(type: number | undefined): string {
  return FRACTIONS.get(type ?? 0) ?? WHOLE.get(type ?? 0) ?? 'not float32';
}

/** @throws ImportError `import-output-shape` for a class's number in place of its probability */
function checkOutput({ graph }: ModelProto, path: string, output: string): string {
  const type = graph.output.find(({ name }) => name === output)?.type?.tensorType?.elemType;
  if (!type || FRACTIONS.has(type)) return output;
  throw new ImportError(
    'import-output-shape',
    `${path} answers with whole numbers (${output}: ${typeName(type)}), which are no scores or probabilities`,
    {
      remedy:
        'Export the network without the argmax or threshold behind it, with its scores or probabilities.',
    },
  );
}

function chosenOutput({ graph }: ModelProto, path: string, wanted: string | undefined): string {
  const names = graph.output.map(({ name }) => name);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted === undefined && names.length === 1) return names[0]!;
  throw new ImportError(
    'import-outputs',
    wanted === undefined
      ? `${path} has ${names.length} outputs: ${names.join(', ')}`
      : `${path} has no output named ${wanted}; it has ${names.join(', ')}`,
    {
      remedy: 'Say with --output NAME which of them is the answer, or export the network with that one only.',
    },
  );
}
