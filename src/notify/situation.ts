/** Something that cannot be used now. Without patient data, UIDs and secrets. */
export interface Trouble {
  since: Date;
  /** What happened and what can be done about it, in sentences. */
  reason: string;
}

/** Exams that came to an end, or failed, in the hours that the settings name. */
export interface Ends {
  ended: number;
  /** Of them, those of the kind that is asked about. */
  bad: number;
  /** Why most of these did: a sentence without patient data. */
  mostly: string | undefined;
}

export interface DiskRoom {
  /** The folder that was asked about. */
  place: string;
  freeMegabytes: number;
  totalMegabytes: number;
}

export interface CertificateEnd {
  /** Whose it is, in words: `the PACS (pacs.example)`. */
  of: string;
  until: Date;
}

/**
 * How the service is at one moment, as far as anybody is told of it. What is undefined is not known now: nothing is
 * concluded from it, neither that something is wrong nor that it is over.
 */
export interface Situation {
  now: Date;
  /** Refuses: it knows us and lets us in no more, or does not know us. */
  pacs: 'well' | ({ kind: 'down' | 'refuses' } & Trouble) | undefined;
  ledger: 'well' | Trouble | undefined;
  failures: Ends | undefined;
  partial: Ends | undefined;
  /** When the latest new exam was first seen, or when there began to be looked for any. */
  newestExam: Date | undefined;
  /** Since when the exam waits that waits longest of those that are complete. */
  oldestReady: 'none' | Date | undefined;
  paused: 'no' | { since: Date } | undefined;
  /** The audit trail: it cannot be written, or not be sent on. */
  audit: 'well' | { reason: string } | undefined;
  disks: readonly DiskRoom[] | undefined;
  certificates: readonly CertificateEnd[] | undefined;
}
