import type { SOPInstanceUID } from '../dicom/index.js';
import { PacsError } from './errors.js';

/** Two ways to learn which instances a study holds. */
export interface HeldInstances {
  /** By query. */
  listed(): Promise<readonly string[]>;
  /** By metadata: some archives list late. Asked only where the query does not show all. */
  described(): Promise<readonly string[]>;
}

/** Which of the instances a study holds. @throws PacsError where neither way is open */
export async function readBack(
  wanted: readonly SOPInstanceUID[],
  ways: HeldInstances,
): Promise<{ present: SOPInstanceUID[]; missing: SOPInstanceUID[] }> {
  const held = new Set<string>();
  const hold = async (uids: Promise<readonly string[]>) => {
    for (const uid of await uids) held.add(uid);
  };
  const lacks = () => wanted.filter((uid) => !held.has(uid));
  const unlisted = await failureOf(hold(ways.listed()));
  if (lacks().length > 0) {
    const undescribed = await failureOf(hold(ways.described()));
    // One way to read back is enough; where both fail, the study must be known to be absent, and not to one way only.
    if (
      unlisted !== undefined &&
      undescribed !== undefined &&
      !(isNotFound(unlisted) && isNotFound(undescribed))
    )
      throw isNotFound(unlisted) ? undescribed : unlisted;
  }
  return { present: wanted.filter((uid) => held.has(uid)), missing: lacks() };
}

function isNotFound(error: unknown): boolean {
  return error instanceof PacsError && error.code === 'pacs-not-found';
}

/** What the work fails with; undefined if it does not. */
function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
