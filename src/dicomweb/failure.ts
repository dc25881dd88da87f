import { errors } from 'undici';
import { BodyEncodingUnknown, BodyTooLarge } from './body.js';
import { PacsError, type PacsErrorDetails } from './errors.js';

/** How far a request got before it failed. */
export type Stage = 'before-headers' | 'in-body';

const TIMED_OUT: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: 'Connecting to the PACS took too long',
  UND_ERR_HEADERS_TIMEOUT: 'The PACS did not begin to answer in time',
  UND_ERR_BODY_TIMEOUT: 'The PACS stopped in the middle of its answer',
  ETIMEDOUT: 'The connection to the PACS timed out',
};

/** How the codes begin by which Node says that a certificate or the TLS handshake failed. */
const CERTIFICATE = new RegExp(
  `^(${[
    ...['ERR_TLS_', 'ERR_SSL_', 'ERR_OSSL_', 'CERT_', 'UNABLE_TO_', 'SELF_SIGNED_', 'DEPTH_ZERO_'],
    ...['HOSTNAME_MISMATCH', 'INVALID_CA', 'CRL_', 'ERROR_IN_CERT', 'EPROTO$'],
  ].join('|')})`,
);

/** The connection went away without a word, as a kept-alive one does that the server has just closed. */
export function wasConnectionLost(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(systemCode(error) ?? '');
}

/** What undici, the sockets and the body reader throw, as a named error. */
export function transportError(error: unknown, stage: Stage, at: { method: string; url: string }): PacsError {
  if (error instanceof PacsError) return error;
  const code = systemCode(error);
  const details: PacsErrorDetails = { ...at, cause: error };
  if (error instanceof BodyTooLarge || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new PacsError('pacs-answer-too-large', 'The answer of the PACS is larger than allowed', {
      ...details,
      remedy: 'Raise the limit on size if such large objects are to be expected.',
    });
  }
  const refusal = /^Proxy response \((\d{3})\)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (refusal !== undefined) {
    return new PacsError('pacs-unreachable', `The proxy does not let this through, status ${refusal}`, {
      ...details,
      transient: refusal.startsWith('5'),
      remedy:
        refusal === '407'
          ? 'Check username and password under pacs.proxy.'
          : 'Have the proxy allow CONNECT to the host and port of the PACS; check pacs.proxy.',
    });
  }
  if (error instanceof BodyEncodingUnknown) {
    return new PacsError(
      'pacs-answer-malformed',
      'The answer is compressed in a way that was not asked for',
      details,
    );
  }
  if (code !== undefined && code in TIMED_OUT) {
    return new PacsError('pacs-timed-out', TIMED_OUT[code] ?? '', { ...details, transient: true });
  }
  if (code !== undefined && CERTIFICATE.test(code)) {
    return new PacsError('pacs-tls', `No trusted connection to the PACS: ${code}`, {
      ...details,
      remedy:
        code === 'ERR_SSL_WRONG_VERSION_NUMBER'
          ? 'The server does not speak TLS there: check the port, or whether the address should start with http://.'
          : 'Check pacs.tls: ca must have signed the certificate of the server, and the server must accept cert.',
    });
  }
  if (error instanceof errors.HTTPParserError) {
    return new PacsError(
      'pacs-answer-malformed',
      'What answers at the address of the PACS is not HTTP',
      details,
    );
  }
  if (code?.startsWith('Z_') || code?.startsWith('ERR__ERROR_FORMAT')) {
    return new PacsError('pacs-answer-malformed', 'The answer of the PACS cannot be decompressed', details);
  }
  if (stage === 'in-body') {
    return new PacsError('pacs-answer-malformed', 'The answer of the PACS broke off', {
      ...details,
      transient: true,
    });
  }
  return new PacsError('pacs-unreachable', `The PACS cannot be reached: ${code ?? 'connection failed'}`, {
    ...details,
    transient: true,
    // Many servers show in no other way that they want a client certificate, or another one.
    remedy:
      wasConnectionLost(error) && at.url.startsWith('https:')
        ? 'The PACS closed the connection without a word: check whether it wants a client certificate (pacs.tls.cert).'
        : 'Check that the PACS runs, and name, port, firewall and proxy between here and there.',
  });
}

function systemCode(error: unknown): string | undefined {
  for (let e = error, depth = 0; e instanceof Error && depth < 4; e = e.cause, depth++) {
    const code = (e as NodeJS.ErrnoException).code;
    if (typeof code === 'string') return code;
  }
  return undefined;
}
