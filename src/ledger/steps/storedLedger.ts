import type { Ledger, LedgerReader } from '../ledger.js';
import * as claims from './claims.js';
import * as deliveries from './deliveries.js';
import * as exams from './exams.js';
import * as overviews from './overviews.js';
import * as records from './records.js';
import type { ReadStore, Store } from './store.js';

/** The ledger that a store keeps. */
export function storedLedger(store: Store): Ledger {
  return {
    ...readerOf({
      now: () => store.now(),
      look: (work) => store.look(({ statements }) => work(statements)),
      close: () => store.close(),
    }),
    observe: (exam, seen) => exams.observe(store, exam, seen),
    glance: (served, studies) => records.glance(store, served, studies),
    due: (exam, fingerprint, at) => exams.due(store, exam, fingerprint, at),
    claimNext: (served, turn) => claims.claimNext(store, served, turn),
    claim: (exam, worker, leaseMs) => claims.claim(store, exam, worker, leaseMs),
    renew: (claim, leaseMs) => claims.renew(store, claim, leaseMs),
    claimedWith: (claim, fingerprint) => claims.claimedWith(store, claim, fingerprint),
    keepObjects: (claim, objects, outcome) => deliveries.keepObjects(store, claim, objects, outcome),
    objectsToDeliver: (claim) => deliveries.objectsToDeliver(store, claim),
    sent: (claim, sopInstanceUIDs) => deliveries.sent(store, claim, sopInstanceUIDs),
    confirm: (claim, sopInstanceUIDs) => deliveries.confirm(store, claim, sopInstanceUIDs),
    close: (claim) => claims.close(store, claim),
    withdraw: (claim, why, as) => claims.withdraw(store, claim, why, as),
    fail: (claim, reason, retryInMs, options) => claims.fail(store, claim, reason, retryInMs, options),
    makeAgain: (claim, reason, inMs) => claims.makeAgain(store, claim, reason, inMs),
    giveUp: (claim, reason) => claims.giveUp(store, claim, reason),
    release: (claim) => claims.release(store, claim),
    handBack: (workers) => claims.handBack(store, workers),
    retry: (which) => exams.retry(store, which),
    reopen: (exam, revision) => exams.reopen(store, exam, revision),
    adopt: (served) => exams.adopt(store, served),
    adoptable: (served) => exams.adoptable(store, served),
    countDue: (served, dueBy) => records.countDue(store, served, dueBy),
    backlog: (served) => overviews.backlog(store, served),
    oldestReady: (served) => overviews.oldestReady(store, served),
    noteLook: (problem) => overviews.noteLook(store, problem),
    pause: (by, why) => overviews.pause(store, by, why),
    goOn: () => overviews.goOn(store),
  };
}

/** A ledger that is only looked at. */
export function readerOf(store: ReadStore): LedgerReader {
  return {
    now: () => store.now(),
    find: (exam) => records.find(store, exam),
    isOwn: (sopInstanceUID) => store.look((statements) => statements.isOwn(sopInstanceUID)),
    predecessors: (exam, revision) => records.predecessors(store, exam, revision),
    list: (filter) => records.list(store, filter),
    history: (exam) => records.history(store, exam),
    counts: () => overviews.counts(store),
    countRetriable: (which) => overviews.countRetriable(store, which),
    reasons: () => overviews.reasons(store),
    endings: (since, stretchMs) => overviews.endings(store, since, stretchMs),
    latencies: (since, stretchMs) => overviews.latencies(store, since, stretchMs),
    newestExam: () => overviews.newestExam(store),
    made: (exam) => overviews.made(store, exam),
    lastLook: () => overviews.lastLook(store),
    pausing: () => overviews.pausing(store),
    disconnect: () => store.close(),
  };
}
