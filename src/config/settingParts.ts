import { z } from 'zod';

/*
 * What several sections of the settings are made of.
 */

export const seconds = (least: number, most: number) => z.number().min(least).max(most);

export const httpUrl = z.string().superRefine((text, context) => {
  const problem = urlProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

function urlProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'must be a URL such as https://pacs.example/dicom-web';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '')
    return 'must not hold a user or password: they have keys of their own';
  if (url.search !== '' || url.hash !== '') return 'must have no ? or # part';
  return undefined;
}

/** Secrets may be written as `{ file: PATH }`; by the time this is parsed the file's content stands there. */
export const secret = z
  .union([
    z.string().min(1),
    z.strictObject({ file: z.string().min(1).describe('A file that holds the secret and nothing else') }),
  ])
  .transform((value) => (typeof value === 'string' ? value : value.file));

export const tlsFiles = z.strictObject({
  ca: z.string().min(1).optional().describe('PEM file with the authorities to trust'),
  cert: z.string().min(1).optional().describe("PEM file with Mamori's client certificate"),
  key: z.string().min(1).optional().describe('PEM file with its private key'),
  passphrase: secret.optional().describe('Of the private key'),
});

/** An HTTP proxy, which tunnels (CONNECT). */
export const proxyParts = {
  url: httpUrl
    .refine((text) => text.startsWith('http://'), 'must begin with http:// (what it carries may be https)')
    .describe('Such as http://proxy.example:3128; it must allow CONNECT to the addresses behind it'),
  username: z.string().min(1).optional(),
  password: secret.optional(),
};
