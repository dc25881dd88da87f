import { join } from 'node:path';
import { expect } from 'chai';
import { type Ledger, openLedger } from '../../src/ledger/index.js';
import { LedgerView } from '../../src/service/ledgerView.js';
import { EXAM } from '../ledger/exams.js';
import { scratchFolder } from '../scratch.js';

describe('What is shown of the ledger', () => {
  let ledger: Ledger;
  /** Waited for before the ledger's counts are told. */
  let counting: Promise<unknown>;
  let slow: Ledger;

  beforeEach(async () => {
    ledger = await openLedger({ url: `sqlite:${join(scratchFolder('view'), 'mamori.db')}`, tls: {} });
    counting = Promise.resolve();
    slow = new Proxy(ledger, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (name !== 'counts') return value.bind(target);
        return async () => {
          const counts = await target.counts();
          await counting;
          return counts;
        };
      },
    });
  });
  afterEach(() => ledger.disconnect());

  const arrives = (studyInstanceUID: string) =>
    ledger.observe({ ...EXAM, studyInstanceUID }, { fingerprint: 'a', studyDate: undefined, priority: 0 });

  it('is told as of when it was, also after an order, once the ledger does not answer any more', async () => {
    const view = new LedgerView(slow, EXAM, 50);
    const begun = new Date();
    while ((await view.look()).toldAt === undefined);
    counting = new Promise(() => {});
    view.forget();
    const { toldAt, trouble } = await view.look();
    expect(trouble?.code).to.equal('ledger-slow');
    expect(toldAt).to.be.at.least(begun);
  });

  it('holds what was ordered, though a look was under way when it was', async () => {
    const view = new LedgerView(slow, EXAM, 60_000);
    let told = () => {};
    counting = new Promise<void>((resolve) => {
      told = resolve;
    });
    const before = view.look();
    // The counts of now are on their way.
    await new Promise((resolve) => setImmediate(resolve));
    await arrives('2.25.2');
    view.forget();
    const after = view.look();
    told();
    await before;
    expect((await after).reading?.counts.waiting).to.equal(1);
    expect((await view.look()).reading?.counts.waiting).to.equal(1);
  });
});
