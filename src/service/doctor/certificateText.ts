import { X509Certificate } from 'node:crypto';

/** The certificates in a PEM text, in their order. */
export function certificatesIn(text: string): X509Certificate[] | 'unreadable' {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return 'unreadable';
  }
}
