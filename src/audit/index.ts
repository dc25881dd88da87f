/**
 * Who did what, and what was written where, so that it can be proved later.
 *
 * An event (`auditEvent.ts`) becomes a message in the form of DICOM PS3.15 A.5 (`auditMessage.ts`,
 * `participantObjects.ts`, `auditCodes.ts`), and the message a line of a file in which each line holds the hash of the
 * one before (`chain/`): a line that is changed, removed or moved shows. `auditTrail.ts` is what a running process
 * holds: it takes events without letting anybody wait, and writes them. Which settings changed since the last start is
 * found by `settingsChanges.ts`, which orders were lost with their process by `openOrders.ts`, who sits at the command
 * line by `operator.ts`. `syslog/` sends the trail on, behind the file. `trailReading.ts` and `auditEntry.ts` read the
 * trail back for people.
 *
 * The room knows no archive, no ledger and no patient, and imports from no other room, so that any may use it.
 */

export type { AuditEntry } from './auditEntry.js';
export type { AuditEvent, AuditedInstance, Person, SettingChange } from './auditEvent.js';
export { auditMessage } from './auditMessage.js';
export { type AuditLog, AuditTrail, type AuditTrailOptions } from './auditTrail.js';
export { type Anchor, anchorText, readAnchor, type TrailProblem, type Verification } from './chain/index.js';
export { AuditError, type AuditErrorCode } from './errors.js';
export { operator } from './operator.js';
export type { KeptSettings } from './settingsChanges.js';
export { checkSyslog, Forwarder, type SyslogOptions } from './syslog/index.js';
export { auditEntries, type EntryFilter, verifyAudit } from './trailReading.js';
