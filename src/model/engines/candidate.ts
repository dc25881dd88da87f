import type { Device } from '../engineTable.js';
import { isEngineFailure, ModelError } from '../errors.js';
import type { Engine } from '../types.js';

/** An engine on a device that could run a bundle. */
export interface Candidate {
  /** For the reader: `onnxruntime on cuda`. */
  name: string;
  device: Device;
  /**
   * @param reason goes to the engine
   * @throws ModelError why it does not work here (`engine-…`), or what is wrong with the bundle
   */
  open(reason: string): Promise<Engine>;
}

interface Refused extends Candidate {
  error: ModelError;
}

/**
 * Opens the first of the candidates that works, and has it say what became of the others.
 *
 * @param candidates the fastest first, at least one
 * @throws ModelError the only candidate's own; `engine-unavailable` when none of several works. What is wrong with
 *   the bundle is thrown at once: another engine would only hide it
 */
export async function openFirst(candidates: Candidate[]): Promise<Engine> {
  const [only] = candidates;
  if (candidates.length === 1) return only!.open('as the settings name it');
  const refused: Refused[] = [];
  for (const [index, candidate] of candidates.entries()) {
    try {
      return await candidate.open(reasonFor(refused, candidates.slice(index + 1)));
    } catch (error) {
      if (!isEngineFailure(error)) throw error;
      refused.push({ ...candidate, error });
    }
  }
  const { error: simplest } = refused.find(({ device }) => device === 'cpu') ?? refused[0]!;
  if (refused.every(({ error }) => error.message === simplest.message)) throw simplest;
  throw new ModelError('engine-unavailable', `no engine works here: ${refused.map(told).join('; ')}`, {
    cause: simplest,
    ...(simplest.remedy && { remedy: simplest.remedy }),
  });
}

function reasonFor(refused: Refused[], slower: Candidate[]): string {
  const parts = ['the fastest that works here'];
  for (const one of refused) parts.push(`not ${told(one)}`);
  for (const { name } of slower) parts.push(`not ${name}: slower`);
  return parts.join('; ');
}

function told({ name, error }: Refused): string {
  // The name stands before it already.
  return `${name}: ${error.message.replace(`${name}: `, '')}`;
}
