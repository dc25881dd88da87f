import type { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  encodeModel,
  halfValue,
  loadOnnxRuntime,
  type ModelProto,
  sessionOptions,
} from '../../model/index.js';
import { ImportError } from './errors.js';

export interface Value {
  dims: number[];
  data: ArrayLike<number>;
}

/** A value that a run has made. */
export interface Result extends Value {
  /** As ONNX Runtime calls it: `float32`, `float16`, `int64`… */
  type: Tensor.Type;
}

/** A model opened in this thread, for the few runs that an import takes. */
export interface OpenModel {
  run(inputs: Record<string, Value>, outputs: readonly string[]): Promise<Record<string, Result>>;
  close(): Promise<void>;
}

/** @throws ImportError `import-not-runnable` */
export async function openModel(model: Uint8Array | ModelProto, what: string): Promise<OpenModel> {
  const runtime = await loadOnnxRuntime();
  const bytes = model instanceof Uint8Array ? model : encodeModel(model);
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: Error) => {
      throw new ImportError('import-not-runnable', `onnxruntime cannot run ${what}: ${cause.message}`, {
        cause,
        remedy: 'Export the network again, with opset_version=17 and without custom operators.',
      });
    });
  const session: InferenceSession = await told(
    // Its errors come as errors; what it would write besides, nobody needs to read.
    runtime.InferenceSession.create(bytes, { ...sessionOptions('cpu', undefined), logSeverityLevel: 4 }),
  );
  return {
    async run(inputs, outputs) {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, { dims, data }]): [string, Tensor] => [
          name,
          new runtime.Tensor('float32', Float32Array.from(data), dims),
        ]),
      );
      const results = await told(session.run(feeds, [...outputs]));
      return Object.fromEntries(
        outputs.map((name) => {
          const { dims, data, type } = results[name]!;
          return [name, { dims: [...dims], data: numbersOf(type, data), type }];
        }),
      );
    },
    close: () => session.release(),
  };
}

/** Opens, runs once, closes. */
export async function runOnce(
  model: Uint8Array | ModelProto,
  what: string,
  inputs: Record<string, Value>,
  outputs: readonly string[],
): Promise<Record<string, Result>> {
  const open = await openModel(model, what);
  try {
    return await open.run(inputs, outputs);
  } finally {
    await open.close();
  }
}

/** Numbers of 16 bits come as their bits. */
function numbersOf(type: Tensor.Type, data: Tensor.DataType): ArrayLike<number> {
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, halfValue);
  return data as ArrayLike<number>;
}
