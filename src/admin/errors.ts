import { MamoriError } from '../errors.js';

/** The status page cannot be put up. */
export class AdminError extends MamoriError<'admin-listen'> {}
