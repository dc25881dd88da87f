/** SIGTERM or SIGINT. A second one ends the process at once; the ledger survives that. */
export async function toldToStop(): Promise<string> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
      resolve(signal);
    };
    let told = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        if (told) return;
        told = true;
        stop(signal);
      });
    }
  });
}
