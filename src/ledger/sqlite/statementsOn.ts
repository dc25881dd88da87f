import type { LedgerStatements } from '../statements.js';
import type { Database } from './database.js';
import * as sql from './statements/index.js';

/** The statements, said to one database. */
export function statementsOn(database: Database): LedgerStatements {
  return {
    findByKey: (bindings) => sql.findByKey(database, bindings),
    // A transaction keeps every other writer out.
    lockByKey: (bindings) => sql.findByKey(database, bindings),
    findById: (id) => sql.findById(database, id),
    list: (bindings) => sql.list(database, bindings),
    glance: (bindings) => sql.glance(database, bindings),
    counts: () => sql.counts(database),
    reasons: () => sql.reasons(database),
    backlog: (bindings) => sql.backlog(database, bindings),
    endings: (bindings) => sql.endings(database, bindings),
    latencies: (bindings) => sql.latencies(database, bindings),
    oldestReady: (bindings) => sql.oldestReady(database, bindings),
    newestExam: () => sql.newestExam(database),
    made: (bindings) => sql.made(database, bindings),
    pausing: () => sql.pausing(database),
    isOwn: (sopInstance) => sql.isOwn(database, sopInstance),
    predecessors: (bindings) => sql.predecessors(database, bindings),
    history: (bindings) => sql.history(database, bindings),
    adoptable: (bindings) => sql.adoptable(database, bindings),
    countDue: (bindings) => sql.countDue(database, bindings),
    heldRows: () => sql.heldRows(database),
    objectsToDeliver: (bindings) => sql.objectsToDeliver(database, bindings),
    lockAdoptable: (bindings) => sql.adoptable(database, bindings),
    namedFilesOf: (id) => sql.namedFilesOf(database, id),

    insertSeen: (bindings) => sql.insertSeen(database, bindings),
    updateSeen: (bindings) => sql.updateSeen(database, bindings),
    setDue: (bindings) => sql.setDue(database, bindings),
    reopen: (bindings) => sql.reopen(database, bindings),
    dropUnconfirmedBytes: (bindings) => sql.dropUnconfirmedBytes(database, bindings),

    claimNext: (among, bindings) => sql.claimNext(database, among, bindings),
    claim: (bindings) => sql.claim(database, bindings),
    reclaim: (bindings) => sql.reclaim(database, bindings),
    renew: (bindings) => sql.renew(database, bindings),
    setClaimedFingerprint: (bindings) => sql.setClaimedFingerprint(database, bindings),
    release: (bindings) => sql.release(database, bindings),

    keepObject: (bindings) => sql.keepObject(database, bindings),
    beginDelivery: (bindings) => sql.beginDelivery(database, bindings),
    markSent: (bindings) => sql.markSent(database, bindings),
    confirm: (bindings) => sql.confirm(database, bindings),
    close: (bindings) => sql.close(database, bindings),
    withdraw: (bindings) => sql.withdraw(database, bindings),

    fail: (bindings) => sql.fail(database, bindings),
    giveUp: (bindings) => sql.giveUp(database, bindings),
    retriable: (bindings) => sql.retriable(database, bindings),
    retry: (bindings) => sql.retry(database, bindings),
    adopt: (bindings) => sql.adopt(database, bindings),
    supersede: (bindings) => sql.supersede(database, bindings),

    pause: (bindings) => sql.pause(database, bindings),
    goOn: () => sql.goOn(database),

    insertEvent: (bindings) => sql.insertEvent(database, bindings),
  };
}
