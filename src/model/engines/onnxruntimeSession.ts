import type { InferenceSession } from 'onnxruntime-node';

/** How sessions are opened. */
export function sessionOptions(device: string, threads: number | undefined): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    // Errors only: its warnings about nodes left on the CPU are no news to an administrator.
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    // What a run needed goes back after it: a service waits most of the time, and its memory is counted.
    enableCpuMemArena: false,
    // Threads that wait for the next operation sleep: spinning they would take the processor from whoever else needs
    // it, among them the thread that they wait for.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
