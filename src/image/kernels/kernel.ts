/**
 * A compiled kernel and the memory it works in.
 *
 * The code is compiled once per thread. The memory is kept between calls, because growing it costs more than
 * using it, but only up to `keptBytes`: an unusually large image gets an instance of its own and gives it back.
 */
export class Kernel<Functions> {
  readonly #base64: string;
  readonly #keptBytes: number;
  #module: WebAssembly.Module | undefined;
  #kept: KernelInstance<Functions> | undefined;

  constructor(base64: string, keptBytes: number) {
    this.#base64 = base64;
    this.#keptBytes = keptBytes;
  }

  /** An instance with at least `bytes` of memory; its contents are whatever the last call left there. */
  instance(bytes: number): KernelInstance<Functions> {
    if (bytes > this.#keptBytes) return this.#create(bytes);
    if (!this.#kept) this.#kept = this.#create(bytes);
    grow(this.#kept.memory, bytes);
    return this.#kept;
  }

  #create(bytes: number): KernelInstance<Functions> {
    this.#module ??= new WebAssembly.Module(Buffer.from(this.#base64, 'base64'));
    const { exports } = new WebAssembly.Instance(this.#module);
    const memory = exports.memory as WebAssembly.Memory;
    grow(memory, bytes);
    return { memory, functions: exports as Functions };
  }
}

export interface KernelInstance<Functions> {
  memory: WebAssembly.Memory;
  functions: Functions;
}

const PAGE = 65536;

function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}
