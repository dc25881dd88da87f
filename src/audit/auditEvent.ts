/** Somebody who acts: an account of the operating system, or a user of the status page. */
export interface Person {
  userId: string;
  /** Who that is, as far as is known: the account behind sudo, or which person of which OpenID provider. */
  alternativeUserId?: string | undefined;
  /** Network address that the person came from. */
  address?: string | undefined;
}

/** An object that is stored in the archive. */
export interface AuditedInstance {
  sopClassUID: string;
  sopInstanceUID: string;
}

/** One setting that is another than when the trail was last written. */
export interface SettingChange {
  key: string;
  /** What became of one that is secret, in place of its values. */
  secret?: 'set' | 'changed' | 'removed' | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** What went wrong, in words without patient data; left out: the act went well. */
interface Ended {
  failure?: string | undefined;
}

/**
 * What the trail knows. Names no patient: a study's UID leads to the patient, in the archive, and there only those who
 * may see it.
 */
export type AuditEvent =
  | { act: 'start' | 'stop'; command: string; by: Person }
  | ({ act: 'sign-in'; by: Person } & Ended)
  | { act: 'sign-out'; by: Person }
  /** Objects are about to go to the archive. */
  | { act: 'transfer-begun'; study: string; to: string; instances: readonly AuditedInstance[] }
  /** They were read back from it, or were not. */
  | ({ act: 'transferred'; study: string; to: string; instances: readonly AuditedInstance[] } & Ended)
  /** A person did what changes the service or its work, or was not let: `what` is a word such as `retry`. */
  | ({
      act: 'used';
      what: string;
      by: Person;
      studies?: readonly string[] | undefined;
      /** How it was asked for, such as the states that were chosen. */
      detail?: string | undefined;
    } & Ended)
  | { act: 'settings-changed'; changes: readonly SettingChange[]; by: Person }
  /** Somebody read the trail. */
  | { act: 'trail-read'; trail: string; by: Person }
  /** The trail itself is not as it was left, or could not be written for a time. */
  | { act: 'trail-disturbed'; what: string };

/** An event with the moment at which it took place. */
export type TimedEvent = AuditEvent & { at: Date };
