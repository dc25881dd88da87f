import { z } from 'zod';
import { tlsFiles } from './settingParts.js';

const SYSLOG = /^(tls|tcp|udp):\/\/(\[[0-9a-fA-F:.]+\]|[^\s:/?#@[\]]+)(:\d{1,5})?$/;

/** Where who did what is written, and who is sent it. */
export const auditSettings = z.strictObject({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe("Where the audit trail is written; left out: beside the ledger's file, as FILE-audit"),
  fileMegabytes: z
    .number()
    .min(0.01)
    .max(1024)
    .default(16)
    .describe('A file as long as this is followed by another; none is ever removed'),
  syslog: z
    .strictObject({
      url: z
        .string()
        .refine((text) => SYSLOG.test(text), 'must be tls://HOST:PORT, tcp://HOST:PORT or udp://HOST:PORT')
        .describe('The receiver, such as tls://syslog.example:6514'),
      tls: tlsFiles.prefault({}),
    })
    .optional()
    .describe('Sends every audit message to a syslog receiver, too (RFC 5424, DICOM PS3.15 A.6)'),
});
