import { createHash } from 'node:crypto';
import type { Settings } from './settingsSchema.js';

/**
 * Names the settings that change what is written about an exam: sixteen hexadecimal digits, part of the exam's
 * key in the ledger. Addresses, schedules and the like do not count, nor do the engine and its device: they change
 * how fast the same answer comes. Nor does the list of reports: one more kind from tomorrow on is no reason to
 * write everything again.
 */
export function resultDigest(settings: Pick<Settings, 'explain' | 'outputs'>): string {
  const { explain, outputs } = settings;
  const result = {
    method: explain.method,
    steps: explain.method === 'integrated-grad-cam' ? explain.steps : undefined,
    secondaryCapture: outputs.secondaryCapture === 'off' ? 'off' : outputs.secondaryCapture.longEdge,
  };
  return createHash('sha256').update(JSON.stringify(result)).digest('hex').slice(0, 16);
}
