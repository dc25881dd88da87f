import type { StatusSnapshot } from '../../src/admin/index.js';

/** A service that has nothing to do and no trouble. */
export function quietState(): StatusSnapshot {
  const now = new Date('2026-03-01T10:00:00Z');
  return {
    version: '0.1.0',
    startedAt: now,
    now,
    service: { state: 'waiting', lastCycle: undefined, staleAfterSeconds: 120 },
    pacs: { url: 'https://pacs.example/dicom-web', reachable: true },
    model: { name: 'm', version: '1', engine: 'onnxruntime', device: 'cpu', reason: '' },
    counts: {},
    ledger: { toldAt: now },
    queue: 0,
    reasons: [],
    day: [],
    exams: [],
  };
}
