import { MamoriError } from '../../src/errors.js';
import { refusal as refusalOf } from '../refusal.js';

/** The named error with which the work is refused, of whatever room; fails when it is not. */
export const refusal = (work: Promise<unknown>): Promise<MamoriError> => refusalOf(work, MamoriError);
