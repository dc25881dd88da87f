/**
 * The loops over all pixels, in AssemblyScript: `NAME.as` is the source, `NAME.wasm.ts` the compiled bytes beside it,
 * made by `node scripts/buildKernels.mjs`, so that neither tsc nor a user needs the compiler; a test holds the two
 * together. The sources end in `.as` so that tsc and the linter leave them alone.
 *
 * A kernel owns one memory; whoever uses it lays bands of whole rows into that memory and takes them out again
 * (`kernel.ts`). Compiled bytes are imported from their own file, so that a thread loads only what it uses.
 */
export { Kernel } from './kernel.js';
