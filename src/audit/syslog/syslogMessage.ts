import { hostname } from 'node:os';
import type { Link } from '../chain/index.js';

/** Facility 10, security and authorisation; severity 5, notice: what PS3.15 A.6 asks for. */
const PRIORITY = 10 * 8 + 5;

/** Printable ASCII without spaces, as RFC 5424 §6.2.4 wants it of a host's name; 255 characters. */
const HOST =
  hostname()
    .replace(/[^\x21-\x7e]/g, '?')
    .slice(0, 255) || '-';

/**
 * One line of the trail as a message of RFC 5424, by PS3.15 A.6: MSGID `DICOM+RFC3881`, the audit message as UTF-8
 * after a byte order mark. `sequenceId` is the line's number in the chain, so that the receiver sees what is missing.
 */
export function syslogMessage({ sequence, message }: Link): Buffer {
  const time = /EventDateTime="([^"]+)"/.exec(message)?.[1] ?? '-';
  const header = `<${PRIORITY}>1 ${time} ${HOST} mamori ${process.pid} DICOM+RFC3881 [meta sequenceId="${sequence}"]`;
  return Buffer.from(`${header} \ufeff${message}`, 'utf8');
}

/** With its length before it, for a stream: RFC 5425 §4.3.1 over TLS, RFC 6587 §3.4.1 over TCP. */
export function framed(message: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${message.length} `, 'ascii'), message]);
}
