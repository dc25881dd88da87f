import type { Settings } from '../config/index.js';
import type { DicomWebOptions } from '../dicomweb/index.js';

const MEGABYTE = 1024 * 1024;

/** How the PACS is talked to, as the settings say. */
export function pacsOptions({ pacs }: Pick<Settings, 'pacs'>): DicomWebOptions {
  return {
    qidoUrl: pacs.qidoUrl,
    wadoUrl: pacs.wadoUrl,
    stowUrl: pacs.stowUrl,
    auth: pacs.auth,
    tls: pacs.tls,
    proxy: pacs.proxy,
    timeouts: {
      connectMs: pacs.timeouts.connectSeconds * 1000,
      headersMs: pacs.timeouts.headersSeconds * 1000,
      idleBodyMs: pacs.timeouts.idleSeconds * 1000,
      totalMs: pacs.timeouts.totalSeconds * 1000,
    },
    connections: pacs.connections,
    maxInstanceBytes: pacs.maxInstanceMegabytes * MEGABYTE,
    maxAnswerBytes: pacs.maxAnswerMegabytes * MEGABYTE,
  };
}
