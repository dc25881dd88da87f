import { expect } from 'chai';
import type { MamoriError } from '../src/errors.js';

/** The error of this kind with which the work is refused; fails when it is not. */
export async function refusal<Kind extends MamoriError>(
  work: Promise<unknown>,
  kind: abstract new (...given: never[]) => Kind,
): Promise<Kind> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(kind);
    return error as Kind;
  }
  throw new Error('nothing was refused');
}
