import { FLOAT, INT64, type TensorProto } from '../../model/index.js';

/** Numbers that stand in the file, row-major. */
export interface GivenConstant {
  dims: number[];
  values: number[];
}

const INT32 = 6;
const DOUBLE = 11;

/** A stored tensor's numbers; undefined for types that no weight or shape has. */
export function constantOf(tensor: TensorProto): GivenConstant | undefined {
  const dims = (tensor.dims ?? []).map(Number);
  const { rawData } = tensor;
  // A copy, because numbers must begin at a multiple of their size.
  const buffer = rawData?.length ? new Uint8Array(rawData).buffer : undefined;
  switch (tensor.dataType) {
    case FLOAT:
      return { dims, values: buffer ? [...new Float32Array(buffer)] : [...(tensor.floatData ?? [])] };
    case DOUBLE:
      return { dims, values: buffer ? [...new Float64Array(buffer)] : [...(tensor.doubleData ?? [])] };
    case INT32:
      return { dims, values: buffer ? [...new Int32Array(buffer)] : [...(tensor.int32Data ?? [])] };
    case INT64:
      return {
        dims,
        values: buffer ? [...new BigInt64Array(buffer)].map(Number) : (tensor.int64Data ?? []).map(Number),
      };
    default:
      return undefined;
  }
}
