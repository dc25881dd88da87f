import { MamoriError } from '../errors.js';

export type AuditErrorCode = 'audit-unwritable' | 'audit-unreadable' | 'audit-missing' | 'audit-syslog';

/** The audit trail cannot be written, read or sent. */
export class AuditError extends MamoriError<AuditErrorCode> {}
