import { expect } from 'chai';
import { ModelError } from '../../src/model/index.js';

/** The error that the work ends with. */
export async function refusal(work: Promise<unknown>): Promise<ModelError> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(ModelError);
    return error as ModelError;
  }
  throw new Error('nothing was refused');
}
