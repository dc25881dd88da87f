/** A change of one compiled file: these words, which stand in it once, by others. */
export interface Change {
  /** Below the compiled sources. */
  file: string;
  from: string;
  to: string;
}

/** A bug that the simulation must find. */
export interface PlantedBug {
  name: string;
  changes: readonly Change[];
}

const CLAIMS = 'ledger/steps/claims.js';
const CLAIMING = 'ledger/sqlite/statements/claiming.js';
const SUCCESSION = 'ledger/steps/succession.js';
const DELIVERIES = 'ledger/steps/deliveries.js';
const RULES = 'ledger/rules.js';
const DELIVERY = 'poller/delivery.js';
const BREAKER = 'poller/breaker.js';
const NEXT_TRY = 'poller/nextTry.js';
const OUTCOME = 'poller/outcomeToKeep.js';
const CYCLE = 'poller/cycle.js';
const PACE = 'poller/pace.js';

const TRIGGER =
  "SELECT RAISE(ABORT, 'an exam is closed only after every object is confirmed');\n  END;\n  `,\n    /* sql */ `";

/** The one bug each that this service must never have. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'no fencing: whoever once held an exam may go on with it',
    changes: [
      {
        file: RULES,
        from: 'exam.claimNumber === claim.number &&',
        to: '',
      },
    ],
  },
  {
    name: 'no read-back: what was sent counts as stored',
    changes: [
      {
        file: DELIVERY,
        from: 'const { present } = await pacs.confirm(studyOf(claim), uids);',
        to: 'const present = uids;',
      },
    ],
  },
  {
    name: 'closed before it is confirmed',
    changes: [
      { file: CLAIMS, from: 'if (!isConfirmed(row)) {', to: 'if (false) {' },
      {
        file: 'poller/examWork.js',
        from: 'await deliver({ claim, pacs, ledger, made, watch: parts.onDelivery });',
        to: 'await deliver({ claim, pacs, ledger, made, watch: parts.onDelivery }).catch(() => {});',
      },
      {
        file: 'ledger/sqlite/migrations.js',
        // The later of two triggers of that name; the one before it is gone by then.
        from: `${TRIGGER}\n  CREATE INDEX exams_by_update`,
        to: 'SELECT 1;\n  END;\n  `,\n    /* sql */ `\n  CREATE INDEX exams_by_update',
      },
    ],
  },
  {
    name: 'the kept bytes are lost: deleted as soon as they are sent',
    changes: [
      {
        file: DELIVERIES,
        from: "await mark(step, claim, id, { sopInstanceUIDs, as: 'markSent' });",
        to: `await mark(step, claim, id, { sopInstanceUIDs, as: 'markSent' });
          const gone = await step.statements.objectsToDeliver({ id, revision: claim.revision });
          await store.bytes.remove(gone.map(({ file }) => file));`,
      },
    ],
  },
  {
    name: 'a lease never ends',
    changes: [
      { file: 'ledger/lease.js', from: 'return end <= now || end - length > now;', to: 'return false;' },
    ],
  },
  {
    name: 'views that come late are ignored',
    changes: [
      {
        file: RULES,
        from: 'CLOSED.includes(before.state) && before.claimedFingerprint !== fingerprint',
        to: 'false',
      },
    ],
  },
  {
    name: 'an image that is not found is left out at once',
    changes: [
      { file: 'poller/retrieval.js', from: 'if (!lastTry ||', to: 'if (' },
      { file: 'poller/retrieval.js', from: 'if (isOnceMore)', to: 'if (true)' },
    ],
  },
  {
    name: 'each claim makes results of its own',
    changes: [
      { file: CLAIMS, from: 'objectsKept: row.outcome !== null,', to: 'objectsKept: false,' },
      {
        file: DELIVERIES,
        from: 'if (exam.outcome !== null)\n                return undefined;',
        to: 'if (exam.outcome !== null) await store.bytes.remove([]);',
      },
    ],
  },
  {
    name: 'an outage uses up tries',
    changes: [
      {
        file: NEXT_TRY,
        from: 'inMs: work.pausedMs + 1000 * delay, counts: false',
        to: 'inMs: work.pausedMs + 1000 * delay, counts: true',
      },
    ],
  },
  {
    name: 'nobody asks whether it is an outage',
    changes: [
      {
        file: BREAKER,
        from: 'if (!(error instanceof PacsError))\n            return false;\n        if (this.#outages',
        to: 'return false;\n        if (this.#outages',
      },
    ],
  },
  {
    name: 'a full disk uses up tries',
    changes: [{ file: NEXT_TRY, from: 'if (isTheLedgers(error)) {', to: 'if (false) {' }],
  },
  {
    name: 'results are given up while the archive has no room',
    changes: [
      {
        file: NEXT_TRY,
        from: 'const isKept = work.undelivered && isTheArchives && error.transient;',
        to: 'const isKept = false;',
      },
    ],
  },
  {
    name: 'all exams are tried at once when the archive may be back',
    changes: [{ file: CYCLE, from: '!this.#parts.breaker.isRecovering || worker === 0', to: 'true' }],
  },
  {
    name: 'a refused account is asked with until a search meets it, too',
    changes: [
      {
        file: BREAKER,
        from: 'mayBeTheArchive(error) : refusesUs(error)',
        to: 'mayBeTheArchive(error) : false',
      },
    ],
  },
  {
    name: 'a refused account is asked with again as soon as after an outage',
    changes: [
      {
        file: BREAKER,
        from: "error.code === 'pacs-unauthorised' ? 'credentials' : 'outage'",
        to: "'outage'",
      },
    ],
  },
  {
    name: 'exams are taken up during a pause',
    changes: [
      { file: CYCLE, from: 'const pausing = await ledger.pausing();', to: 'const pausing = undefined;' },
    ],
  },
  {
    name: 'old exams come before new ones',
    changes: [{ file: 'poller/workSource.js', from: 'BACKFILL_PRIORITY = 0', to: 'BACKFILL_PRIORITY = 20' }],
  },
  {
    name: 'a partial answer counts as whole',
    changes: [
      {
        file: OUTCOME,
        from: "if (outcome.status === 'analysed')\n        return { kind: 'processed'",
        to: "if (outcome.status !== 'not-processed')\n        return { kind: 'processed'",
      },
    ],
  },
  {
    name: 'a partial exam is left alone when it is to be tried again',
    changes: [
      {
        file: RULES,
        from: "if (state === 'partial')\n        return 'reopen';",
        to: "if (state === 'partial')\n        return undefined;",
      },
    ],
  },
  {
    name: 'an answer stands though it is about two patients',
    changes: [
      {
        file: OUTCOME,
        from: "const takesBack = code === 'contradictory-patient';",
        to: 'const takesBack = false;',
      },
    ],
  },
  {
    name: 'a claim ends by the clock that somebody sets',
    changes: [
      {
        file: 'ledger/lease.js',
        from: 'steady !== undefined && steady.boot === moment.boot ?',
        to: 'false ?',
      },
    ],
  },
  {
    name: 'exams of a service with other settings are taken up as well',
    changes: [
      {
        file: CLAIMING,
        from: 'outcome IS NOT NULL OR (',
        to: '1 = 1 OR (',
      },
    ],
  },
  {
    name: 'a list goes on telling the first answer',
    changes: [
      {
        file: CLAIMS,
        from: 'restsOn: JSON.parse(rests_on), ...short',
        to: 'restsOn: JSON.parse(rests_on), ...short, shortAnswer: answerOf(row)?.shortAnswer ?? short.shortAnswer',
      },
    ],
  },
  {
    name: 'a commit whose answer was lost is done once more',
    changes: [
      {
        file: CLAIMS,
        from: 'const ticket = randomUUID();\n    return store.transact(async (step) => {',
        to: 'return store.transact(async (step) => {\n        const ticket = randomUUID();',
      },
    ],
  },
  {
    name: 'a report that is switched on later is not written about exams that are closed',
    changes: [
      {
        file: 'ledger/steps/exams.js',
        from: 'dueAt: null, keepsAnswer: 0',
        to: 'dueAt: null, keepsAnswer: 1',
      },
    ],
  },
  {
    name: 'results that are made again do not name those that they replace',
    changes: [
      {
        file: 'poller/examWork.js',
        from: 'const predecessors = await predecessorsOf(claim.exam, parts.ledger);',
        to: 'const predecessors = [];',
      },
    ],
  },
  {
    name: 'exams that are processed again come before new ones',
    changes: [
      { file: 'poller/workSource.js', from: 'REPROCESS_PRIORITY = -1', to: 'REPROCESS_PRIORITY = 20' },
    ],
  },
  {
    name: "a backfill begins with an hour's exams each time that it is started",
    changes: [{ file: PACE, from: 'taken < 1 + Math.floor', to: 'taken < this.#perHour + Math.floor' }],
  },
  {
    name: 'what an outage held up is taken up in a rush',
    changes: [{ file: PACE, from: 'this.#lately.length >= this.#perHour', to: 'false' }],
  },
  {
    name: 'old exams are taken up outside their hours',
    changes: [{ file: PACE, from: 'return this.#hours.isOpen(this.#now());', to: 'return true;' }],
  },
  {
    name: 'the oldest exams come first',
    changes: [
      {
        file: 'poller/backfillSource.js',
        from: 'this.#daysLeft = [...this.#days];',
        to: 'this.#daysLeft = [...this.#days].reverse();',
      },
    ],
  },
  {
    name: 'results that are made again have the number of those that they replace',
    changes: [{ file: RULES, from: 'sum + numbersTaken(other)', to: 'sum' }],
  },
  {
    name: 'a new version does not wait for results of the earlier one that are on their way',
    changes: [
      { file: CLAIMING, from: 'outcome IS NOT NULL OR NOT EXISTS', to: '1 = 1 OR NOT EXISTS' },
      { file: SUCCESSION, from: 'if (!isBehind && (', to: 'if (true || (' },
    ],
  },
  {
    name: 'results are kept though those of another version have come between',
    changes: [{ file: SUCCESSION, from: 'await isItsPlace(step, row, { others, place })', to: 'true' }],
  },
];
