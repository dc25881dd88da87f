/**
 * What the work answers, if it does so in time. The work goes on otherwise, and what it answers then is dropped.
 *
 * @throws what the work throws; `late()` where it takes longer
 */
export async function inTime<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  // Nobody waits for it any more when it fails later.
  work.catch(() => {});
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
