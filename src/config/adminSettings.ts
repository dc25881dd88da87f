import { isIP } from 'node:net';
import { z } from 'zod';
import { passwordHashProblem } from '../passwordHash.js';
import { httpUrl, secret } from './settingParts.js';

/** Host, IPv6 in brackets, and port. */
export const LISTEN = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/;

/** The status page: where it listens, who may come in, and how. */
export const admin = z.strictObject({
  listen: z
    .union([z.string(), z.literal(false)])
    .superRefine((value, context) => {
      if (value === false || value === 'off') return;
      const match = LISTEN.exec(value);
      if (match === null || Number(match[3]) > 65_535) {
        context.addIssue({ code: 'custom', message: 'must be host:port, such as 127.0.0.1:8040, or off' });
      }
    })
    .transform((value) => {
      const match = value === false ? null : LISTEN.exec(value);
      if (match === null) return 'off' as const;
      return { host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
    })
    .prefault('127.0.0.1:8040')
    .describe('Address and port of the status page, or off'),
  answers: z
    .boolean()
    .default(true)
    .describe(
      'Whether what exams were answered with in short, health data, is kept in the ledger and shown on the page, in ' +
        'the API, metrics and the output of commands; false: it is read in the PACS alone',
    ),
  users: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        role: z.enum(['see', 'act']).describe('see: look at everything; act: also retry, reprocess, pause'),
        passwordHash: secret
          .superRefine((text, context) => {
            const problem = passwordHashProblem(text);
            if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
          })
          .describe('As `mamori password` prints it'),
      }),
    )
    .default([])
    .describe('Who may sign in with a password'),
  oidc: z
    .strictObject({
      issuer: httpUrl.describe('The OpenID provider'),
      clientId: z.string().min(1),
      clientSecret: secret,
      url: httpUrl.describe(
        'Where people reach the status page; the provider must know URL/sign-in/oidc/callback',
      ),
      scope: z.string().default('openid profile'),
      roles: z.strictObject({
        claim: z.string().min(1).default('groups').describe('The claim that lists what somebody is'),
        see: z.array(z.string().min(1)).default([]),
        act: z.array(z.string().min(1)).default([]),
      }),
    })
    .optional()
    .describe("Signing in with the hospital's account, at an OpenID provider"),
  tls: z
    .strictObject({
      cert: z
        .string()
        .min(1)
        .describe('PEM, with the chain behind it; renewed ones are taken up while running'),
      key: z.string().min(1),
    })
    .optional()
    .describe('A certificate of its own, for https'),
  proxy: z
    .strictObject({
      addresses: z
        .array(
          z
            .string()
            .refine(isNetwork, 'must be an address such as 10.0.0.5, or a network such as 10.0.0.0/8'),
        )
        .min(1)
        .describe('Addresses or networks (10.0.0.0/8) of the proxies that are believed'),
    })
    .optional()
    .describe('A proxy that ends https before the status page'),
  hsts: z
    .union([z.boolean(), z.int().min(1).max(63_072_000)])
    .default(false)
    .describe(
      'Tells browsers to come by https alone (HSTS), for so many seconds; true: a year. It holds for EVERY port of ' +
        'that host name: whatever else answers there by http (such as a PACS) can no longer be reached by it',
    ),
  plainHttp: z
    .boolean()
    .default(false)
    .describe(
      'Passwords in the clear: only where the port is published on one machine alone, as by compose.yaml',
    ),
});

/** One that is everybody's (/0) would let anybody say where they come from. */
function isNetwork(text: string): boolean {
  const [, address, bits] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? [];
  const family = isIP(address ?? '');
  return family !== 0 && Number(bits ?? 1) <= (family === 4 ? 32 : 128);
}
