import type { LedgerStatements } from '../statements.js';
import type { Transaction } from './ledgerServer.js';
import * as sql from './statements/index.js';

/** The statements, said within one transaction. */
export function statementsIn(transaction: Transaction): LedgerStatements {
  return {
    findByKey: (bindings) => sql.findByKey(transaction, bindings),
    lockByKey: (bindings) => sql.lockByKey(transaction, bindings),
    findById: (id) => sql.findById(transaction, id),
    list: (bindings) => sql.list(transaction, bindings),
    glance: (bindings) => sql.glance(transaction, bindings),
    counts: () => sql.counts(transaction),
    reasons: () => sql.reasons(transaction),
    backlog: (bindings) => sql.backlog(transaction, bindings),
    endings: (bindings) => sql.endings(transaction, bindings),
    latencies: (bindings) => sql.latencies(transaction, bindings),
    oldestReady: (bindings) => sql.oldestReady(transaction, bindings),
    newestExam: () => sql.newestExam(transaction),
    made: (bindings) => sql.made(transaction, bindings),
    pausing: () => sql.pausing(transaction),
    isOwn: (sopInstance) => sql.isOwn(transaction, sopInstance),
    predecessors: (bindings) => sql.predecessors(transaction, bindings),
    history: (bindings) => sql.history(transaction, bindings),
    adoptable: (bindings) => sql.adoptable(transaction, bindings),
    countDue: (bindings) => sql.countDue(transaction, bindings),
    heldRows: () => sql.heldRows(transaction),
    objectsToDeliver: (bindings) => sql.objectsToDeliver(transaction, bindings),
    lockAdoptable: (bindings) => sql.lockAdoptable(transaction, bindings),
    namedFilesOf: (id) => sql.namedFilesOf(transaction, id),

    insertSeen: (bindings) => sql.insertSeen(transaction, bindings),
    updateSeen: (bindings) => sql.updateSeen(transaction, bindings),
    setDue: (bindings) => sql.setDue(transaction, bindings),
    reopen: (bindings) => sql.reopen(transaction, bindings),
    dropUnconfirmedBytes: (bindings) => sql.dropUnconfirmedBytes(transaction, bindings),

    claimNext: (among, bindings) => sql.claimNext(transaction, among, bindings),
    claim: (bindings) => sql.claim(transaction, bindings),
    reclaim: (bindings) => sql.reclaim(transaction, bindings),
    renew: (bindings) => sql.renew(transaction, bindings),
    setClaimedFingerprint: (bindings) => sql.setClaimedFingerprint(transaction, bindings),
    release: (bindings) => sql.release(transaction, bindings),

    keepObject: (bindings) => sql.keepObject(transaction, bindings),
    beginDelivery: (bindings) => sql.beginDelivery(transaction, bindings),
    markSent: (bindings) => sql.markSent(transaction, bindings),
    confirm: (bindings) => sql.confirm(transaction, bindings),
    close: (bindings) => sql.close(transaction, bindings),
    withdraw: (bindings) => sql.withdraw(transaction, bindings),

    fail: (bindings) => sql.fail(transaction, bindings),
    giveUp: (bindings) => sql.giveUp(transaction, bindings),
    retriable: (bindings) => sql.retriable(transaction, bindings),
    retry: (bindings) => sql.retry(transaction, bindings),
    adopt: (bindings) => sql.adopt(transaction, bindings),
    supersede: (bindings) => sql.supersede(transaction, bindings),

    pause: (bindings) => sql.pause(transaction, bindings),
    goOn: () => sql.goOn(transaction),

    insertEvent: (bindings) => sql.insertEvent(transaction, bindings),
  };
}
