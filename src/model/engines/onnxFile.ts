import { readFile } from 'node:fs/promises';
import { ModelError } from '../errors.js';
import {
  decodeModel,
  FLOAT,
  FLOAT16,
  type ModelProto,
  TARGET_LAYER_KEY,
  type TensorProto,
} from '../onnxSchema.js';

/**
 * What ONNX Runtime does not look at in a model.onnx: that it is whole, that its weights are numbers (one that is
 * none can stay hidden, since ReLU makes zero of it), and that its heat maps are of the layer that reports name.
 *
 * @throws ModelError `bundle-malformed`, `model-not-finite`, `bundle-target-layer`
 */
export async function checkOnnxFile(path: string, targetLayer: string): Promise<void> {
  const model = await readModel(path);
  const broken = model.graph?.initializer.find(isBroken);
  if (broken !== undefined)
    throw new ModelError(
      'model-not-finite',
      `the weights ${broken.name} of ${path} are not all finite numbers`,
      {
        remedy: 'The training went wrong or the file is broken; train or export the network again.',
      },
    );
  const exported = model.metadataProps?.find(({ key }) => key === TARGET_LAYER_KEY)?.value;
  if (exported === undefined || exported === targetLayer) return;
  throw new ModelError(
    'bundle-target-layer',
    `bundle.json names the target layer ${targetLayer}, but ${path} explains itself at ${exported}`,
    { remedy: `Set targetLayer to ${exported}, or export the network again for ${targetLayer}.` },
  );
}

async function readModel(path: string): Promise<Partial<ModelProto>> {
  const bytes = await readFile(path);
  let model: Partial<ModelProto> | undefined;
  let cause: unknown;
  try {
    model = decodeModel(bytes);
  } catch (error) {
    cause = error;
  }
  if (model !== undefined && (model.graph?.node.length ?? 0) > 0) return model;
  throw new ModelError('bundle-malformed', `${path} (${bytes.length} bytes) is cut short or no ONNX model`, {
    cause,
    remedy: 'Copy the bundle again from where it was made, or export the network again.',
  });
}

/** Single numbers may be bounds, as of Clip, and those may be infinite. */
function isBroken(tensor: TensorProto): boolean {
  if (tensor.dataType === FLOAT16) return halves(tensor).some((bits) => (bits & INFINITE) === INFINITE);
  const values = floats(tensor);
  return values.length > 1 && !values.every(Number.isFinite);
}

/** The exponent's five bits: all of them are set in numbers of 16 bits that are infinite or none. */
const INFINITE = 0x7c00;

function halves({ rawData }: TensorProto): Uint16Array {
  return new Uint16Array(new Uint8Array(rawData).buffer, 0, Math.floor(rawData.length / 2));
}

/** A tensor's 32-bit numbers; none for other types, and for values that lie in another file. */
function floats({ dataType, rawData, floatData }: TensorProto): Float32Array | number[] {
  if (dataType !== FLOAT) return [];
  if (rawData.length === 0) return floatData ?? [];
  // A copy, because floats must begin at a multiple of four bytes.
  return new Float32Array(new Uint8Array(rawData).buffer, 0, Math.floor(rawData.length / 4));
}
