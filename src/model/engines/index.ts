/**
 * What executes a network: ONNX Runtime or TensorFlow, each in a thread of its own.
 *
 * `openEngine.ts` tries the candidates in order (`candidate.ts`; `onnxruntime.ts` and `tensorflow.ts` say how each
 * starts) and keeps the first that answers a trial run. On this side of the thread stands `checkedEngine.ts`, which
 * checks every answer; on the other `serveNetwork.ts` with one program for each engine (`onnxruntimeProgram.ts`,
 * `tensorflowProgram.ts`). `networkRun.ts` is all that crosses; the thread itself, its order and its end are the room
 * threads' `OrderedThread`.
 *
 * `onnxruntimeLibrary.ts` is the one file that loads ONNX Runtime's library, which must be told before not to send
 * anything home.
 */
export { loadOnnxRuntime } from './onnxruntimeLibrary.js';
export { sessionOptions } from './onnxruntimeSession.js';
export { openEngine } from './openEngine.js';
