import { ModelError } from '../../src/model/index.js';
import { refusal as refusalOf } from '../refusal.js';

/** The model's error with which the work is refused; fails when it is not. */
export const refusal = (work: Promise<unknown>): Promise<ModelError> => refusalOf(work, ModelError);
