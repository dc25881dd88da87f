import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditEvent, type AuditLog, AuditTrail, type AuditTrailOptions } from '../../src/audit/index.js';
import { scratchFolder } from '../scratch.js';

export const BY = { userId: 'admin', address: '192.0.2.7' };

/** One of each act, with what makes XML and lines difficult. */
export const EVENTS: readonly AuditEvent[] = [
  { act: 'start', command: 'run', by: { userId: 'root', alternativeUserId: 'änne' } },
  { act: 'stop', command: 'run', by: { userId: 'root' } },
  { act: 'sign-in', by: BY },
  {
    act: 'sign-in',
    by: { userId: `<o'hara & "sons">\n2 lines\u0000\u2028`, address: '::1' },
    failure: 'wrong <password>',
  },
  { act: 'sign-out', by: BY },
  {
    act: 'transfer-begun',
    study: '2.25.1',
    to: 'https://pacs.example/dicom-web',
    instances: [
      { sopClassUID: '1.2.840.10008.5.1.4.1.1.88.33', sopInstanceUID: '2.25.11' },
      { sopClassUID: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUID: '2.25.12' },
      { sopClassUID: '1.2.840.10008.5.1.4.1.1.7', sopInstanceUID: '2.25.13' },
    ],
  },
  { act: 'transferred', study: '2.25.1', to: 'http://pacs', instances: [], failure: 'delivery-refused' },
  { act: 'used', what: 'retry', by: BY, studies: ['2.25.1', '2.25.2'], detail: '{"state":["failed"]}' },
  { act: 'used', what: 'pause', by: BY, failure: 'only those who may act' },
  {
    act: 'settings-changed',
    changes: [
      { key: 'pacs.auth.password', secret: 'changed' },
      { key: 'poll.lookbackDays', from: '3', to: '7' },
      { key: 'audit.folder', to: '/var/log/mamori' },
    ],
    by: BY,
  },
  { act: 'trail-read', trail: '/var/lib/mamori/audit', by: BY },
  { act: 'trail-disturbed', what: 'lines were removed' },
];

export const SILENT: AuditLog = { info() {}, warn() {}, error() {} };

export function newFolder(): string {
  return join(scratchFolder('audit'), 'trail');
}

export function openTrail(folder: string, options: Partial<AuditTrailOptions> = {}): Promise<AuditTrail> {
  mkdirSync(folder, { recursive: true });
  return AuditTrail.open({ folder, fileBytes: 1 << 20, version: '1.2.3', log: SILENT, ...options });
}

/** A trail of so many retries, closed. */
export async function trailOf(count: number, options: Partial<AuditTrailOptions> = {}): Promise<string> {
  const folder = newFolder();
  const trail = await openTrail(folder, options);
  for (let number = 1; number <= count; number++)
    await trail.recordNow({ act: 'used', what: 'retry', by: BY, studies: [`2.25.${number}`] });
  await trail.close();
  return folder;
}

export function logFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(folder, name));
}

export function linesIn(folder: string): string[] {
  return logFiles(folder).flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean));
}
