import { createHash } from 'node:crypto';

/** Where a chain stands: the number of its last line and that line's hash. */
export interface Anchor {
  sequence: number;
  /** SHA-256, 64 lower-case hexadecimal digits. */
  hash: string;
}

/** Before the first line. */
export const GENESIS: Anchor = { sequence: 0, hash: '0'.repeat(64) };

/** One line of the trail. */
export interface Link extends Anchor {
  /** The hash of the line before. */
  previous: string;
  /** The audit message, one line of XML. */
  message: string;
}

/**
 * `SEQUENCE PREVIOUS HASH MESSAGE`: HASH is the SHA-256 of `SEQUENCE PREVIOUS MESSAGE` in UTF-8, so that each hash
 * covers, by way of PREVIOUS, all lines before it.
 */
export function lineOf({ sequence, previous, hash, message }: Link): string {
  return `${sequence} ${previous} ${hash} ${message}\n`;
}

/** The link that follows an anchor. */
export function linkAfter({ sequence, hash }: Anchor, message: string): Link {
  const unsealed = { sequence: sequence + 1, previous: hash, message };
  return { ...unsealed, hash: hashOf(unsealed) };
}

export function hashOf({ sequence, previous, message }: Omit<Link, 'hash'>): string {
  return createHash('sha256').update(`${sequence} ${previous} ${message}`, 'utf8').digest('hex');
}

/** Reads a line, without its end; undefined where it is none of ours. Says nothing of whether its hash is right. */
export function readLink(line: string): Link | undefined {
  const [, sequence, previous, hash, message] =
    /^([1-9]\d{0,14}) ([0-9a-f]{64}) ([0-9a-f]{64}) (.*)$/s.exec(line) ?? [];
  if (sequence === undefined || previous === undefined || hash === undefined || message === undefined)
    return undefined;
  return { sequence: Number(sequence), previous, hash, message };
}

/** `SEQUENCE:HASH`, as people note it. */
export function anchorText({ sequence, hash }: Anchor): string {
  return `${sequence}:${hash}`;
}

export function readAnchor(text: string): Anchor | undefined {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  return sequence === undefined || hash === undefined ? undefined : { sequence: Number(sequence), hash };
}
