import { MamoriError } from '../errors.js';

/** One instance cannot be had; the exam goes on without it and the report says so. */
export class InstanceUnavailable extends MamoriError {}
