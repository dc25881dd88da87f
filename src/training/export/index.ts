/**
 * From layers to ONNX. `onnxExport.ts` walks through a network and has each layer write itself, forwards, and from the
 * score back to the target layer: so one run of the file gives the answer and its explanation.
 *
 * `layerExport.ts` says what a layer's writer is; they stand in `pictureLayers.ts` (rows and columns), `flatLayers.ts`
 * and `pointwiseLayers.ts`. A further kind of layer is a function in one of these and a line in the table of
 * `onnxExport.ts`. `onnxGraph.ts` holds a graph while it is being written; `import/` adds to graphs from elsewhere with
 * it.
 */
export { exportOnnx } from './onnxExport.js';
export { OnnxGraph } from './onnxGraph.js';
