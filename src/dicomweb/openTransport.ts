import { type ServiceRoot, serviceRoot } from './address.js';
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_TIMEOUTS,
  type DicomWebOptions,
  readTls,
} from './connectionSettings.js';
import { PacsError } from './errors.js';
import { Transport } from './transport.js';

/** The way to a PACS and the roots of its three services. */
export interface Way {
  transport: Transport;
  qido: ServiceRoot;
  wado: ServiceRoot;
  stow: ServiceRoot;
}

/** @throws PacsError `pacs-settings` */
export function openTransport(options: DicomWebOptions): Way {
  const qido = root(options.qidoUrl ?? options.url, 'qidoUrl');
  const wado = root(options.wadoUrl ?? options.url, 'wadoUrl');
  const stow = root(options.stowUrl ?? options.url, 'stowUrl');
  const transport = new Transport({
    origins: new Set([qido.origin, wado.origin, stow.origin]),
    auth: options.auth ?? { type: 'none' },
    tls: readTls(options.tls ?? {}),
    proxy: options.proxy,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    connections: options.connections ?? DEFAULT_CONNECTIONS,
    retries: options.retries ?? 3,
    backoffMs: options.backoffMs ?? 250,
    maxBackoffMs: options.maxBackoffMs ?? 10_000,
  });
  return { transport, qido, wado, stow };
}

function root(address: string | undefined, key: string): ServiceRoot {
  if (address === undefined) {
    throw new PacsError('pacs-settings', `Neither url nor ${key} is given`, { remedy: 'Set pacs.url.' });
  }
  return serviceRoot(address);
}
