import type { Ledger, LedgerReader } from '../ledger.js';
import * as claims from './claims.js';
import type { Database } from './database.js';
import * as exams from './exams.js';
import * as records from './records.js';
import { boundAlgorithm, countDue, isOwn } from './statements/index.js';
import { leftBehind, type Store, timeOf } from './store.js';

/** The ledger in one SQLite file, with the objects' bytes in a spool beside it. */
export function sqliteLedger(store: Store): Ledger {
  const { database, clock } = store;
  return {
    ...sqliteReader(database),
    now: async () => clock.now(),
    observe: async (exam, seen) => exams.observe(store, exam, seen),
    glance: async (served, studies) => records.glance(store, served, studies),
    due: async (exam, fingerprint, at) => exams.due(store, exam, fingerprint, at),
    claimNext: async (served, turn) => claims.claimNext(store, served, turn),
    claim: async (exam, worker, leaseMs) => claims.claim(store, exam, worker, leaseMs),
    renew: async (claim, leaseMs) => claims.renew(store, claim, leaseMs),
    claimedWith: async (claim, fingerprint) => claims.claimedWith(store, claim, fingerprint),
    keepObjects: async (claim, objects, outcome) => claims.keepObjects(store, claim, objects, outcome),
    objectsToDeliver: async (claim) => claims.objectsToDeliver(store, claim),
    sent: async (claim, sopInstanceUIDs) => claims.sent(store, claim, sopInstanceUIDs),
    confirm: async (claim, sopInstanceUIDs) => claims.confirm(store, claim, sopInstanceUIDs),
    close: async (claim) => claims.close(store, claim),
    withdraw: async (claim, why) => claims.withdraw(store, claim, why),
    fail: async (claim, reason, retryInMs, options) => claims.fail(store, claim, reason, retryInMs, options),
    giveUp: async (claim, reason) => claims.giveUp(store, claim, reason),
    release: async (claim) => claims.release(store, claim),
    retry: async (which) => exams.retry(store, which),
    reopen: async (exam) => exams.reopen(store, exam),
    adopt: async (served) => exams.adopt(store, served),
    adoptable: async (served) => exams.adoptable(store, served),
    countDue: async (served, dueBy) =>
      countDue(database, {
        ...boundAlgorithm(served),
        dueBy: dueBy?.getTime() ?? timeOf(store),
        now: timeOf(store),
        leftBehind: leftBehind(store),
      }),
    list: async (filter) => records.list(store, filter),
    counts: async () => records.counts(store),
    history: async (exam) => records.history(store, exam),
  };
}

/** A SQLite ledger that is only looked at. */
export function sqliteReader(database: Database): LedgerReader {
  return {
    find: async (exam) => records.find({ database }, exam),
    isOwn: async (sopInstanceUID) => isOwn(database, sopInstanceUID),
    predecessors: async (exam, revision) => records.predecessors({ database }, exam, revision),
    disconnect: async () => database.close(),
  };
}
