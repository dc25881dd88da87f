import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '../../../src/model/index.js';
import { type CheckState, examine, type NamedResult } from '../../../src/service/index.js';
import { scratchFolder } from '../../scratch.js';

/** What a doctor's visit is told, beside the settings of a Mamori that is well. */
export interface Complaint {
  url: string;
  /** Lines under `pacs:`, two spaces in front. */
  pacs?: string;
  /** Lines at the top level. */
  more?: string;
  /** The ledger's file, in a folder of its own unless said. */
  ledger?: string;
  write?: boolean;
  notify?: boolean;
}

let seen = 0;

/** A doctor's visit to settings in a file, all of a Mamori that is well but for the complaint. */
export async function visit(bundle: Bundle, complaint: Complaint): Promise<NamedResult[]> {
  const folder = scratchFolder('doctor');
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const file = join(folder, `mamori-${++seen}.yaml`);
  writeFileSync(
    file,
    [
      `pacs:\n  url: ${JSON.stringify(complaint.url)}`,
      '  timeouts: { connectSeconds: 2, headersSeconds: 5 }',
      complaint.pacs ?? '',
      `model: { bundle: ${JSON.stringify(bundle.directory)}, engine: onnxruntime, device: cpu }`,
      `ledger: { url: ${JSON.stringify(`sqlite:${complaint.ledger ?? join(home, 'mamori.db')}`)} }`,
      'admin: { listen: off }',
      complaint.more ?? '',
    ].join('\n'),
  );
  return examine(file, { write: complaint.write === true, notify: complaint.notify === true });
}

/** The one result of this name. */
export function resultOf(results: readonly NamedResult[], check: string): NamedResult {
  const found = results.filter((result) => result.check === check);
  if (found.length !== 1) throw new Error(`${found.length} results are called ${check}`);
  return found[0]!;
}

export const namesIn = (results: readonly NamedResult[], state: CheckState) =>
  results.filter((result) => result.state === state).map(({ check }) => check);
