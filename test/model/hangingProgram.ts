/** A network that never opens. */
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
