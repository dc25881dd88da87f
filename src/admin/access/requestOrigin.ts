import type { Request } from 'express';
import { isLoopback } from '../../loopback.js';

/** What proxies add to a request. */
const PROXY_MARKS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/** Where a request comes from, as far as proxies that are believed tell. */
export function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}

/** Whether a request was sent on this machine, by no proxy: by one of its own accounts. */
export function isSentHere(request: Request): boolean {
  const from = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(from) && isFromThisMachine(request);
}

/**
 * Whether a request asks for this machine by its own names and came by no proxy. A page elsewhere can have its own name
 * point here: a browser on this machine would then read this page for it. And a proxy here brings people from anywhere.
 */
export function isFromThisMachine({ headers }: Request): boolean {
  const isOwnName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '');
  return isOwnName && !PROXY_MARKS.some((mark) => mark in headers);
}
