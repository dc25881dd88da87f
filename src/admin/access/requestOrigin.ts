import { isIPv6 } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { isLoopback } from '../../loopback.js';

/** What proxies add to a request. */
const PROXY_MARK = /^(via|forwarded|x-forwarded.*|x-real-ip|x-client-ip|x-original-.*|true-client-ip|cf-.*)$/;

const NETWORK_BITS = 64;

const OWN_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Where a request comes from, as far as proxies that are believed tell. In one form: some proxies add the port, which
 * is another with each connection, and an address of IPv4 comes as one of IPv6 where both are listened on.
 */
export function addressOf(request: Request): string {
  const { ip = 'unknown' } = request;
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(ip) ?? [];
  return withoutMapping(bracketed ?? ip.replace(/^([\d.]+):\d+$/, '$1'));
}

/** Of a machine with IPv6 the whole network that it has to come from, so that all its addresses count as one. */
export function networkOf(address: string): string {
  return ipKeyGenerator(address, NETWORK_BITS);
}

/** An address of IPv4 as itself, where it comes as one of IPv6. */
export function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=[\d.]+$)/i, '');
}

/** Whether a request was sent on this machine, by no proxy: by one of its own accounts. */
export function isSentHere(request: Request): boolean {
  const { remoteAddress = '', localAddress = '' } = request.socket;
  const [from, to] = [withoutMapping(remoteAddress), withoutMapping(localAddress)];
  if (isLoopback(from)) return isFromThisMachine(request);
  // Who comes from the very address that it asks is this machine: no answer to that address would leave it.
  const isOwn = from !== '' && from === to;
  return isOwn && isUnpassed(request, (host) => host.replace(/:\d+$/, '') === (isIPv6(to) ? `[${to}]` : to));
}

/**
 * Whether a request asks for this machine by its own names and came by no proxy. A page elsewhere can have its own name
 * point here: a browser on this machine would then read this page for it. And a proxy here brings people from anywhere.
 * Not every proxy marks what it passes on: one that is told nothing else may ask by our name, and is known by HTTP 1.0
 * or by the page that the browser sends an order from.
 */
export function isFromThisMachine(request: Request): boolean {
  return isUnpassed(request, (host) => OWN_NAME.test(host));
}

function isUnpassed({ headers, httpVersion }: Request, isOwnName: (host: string) => boolean): boolean {
  const { host = '', origin } = headers;
  if (httpVersion !== '1.1' || !isOwnName(host)) return false;
  if (origin !== undefined && !isOwnName(origin.replace(/^https?:\/\//, ''))) return false;
  return !Object.keys(headers).some((name) => PROXY_MARK.test(name));
}
