import { expect } from 'chai';
import { LedgerError } from '../../src/ledger/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { demoHospital } from './demoHospital.js';
import { SETTINGS, type Station, today } from './hospital.js';

describe('A ledger that cannot be reached in the middle of an exam', () => {
  const hospital = demoHospital();
  let here: Station;

  beforeEach(async () => {
    here = await hospital.station({ settings: { settleSeconds: 0 } });
    await hospital.archive.add(...makeExam({ rows: 128, columns: 104, seed: 'away', date: today() }));
  });

  const away = () => Promise.reject(new LedgerError('ledger-unreachable', 'The server does not answer.'));

  /** More outages than an exam has tries, and then none any more. */
  async function outlive(): Promise<void> {
    for (let outages = 0; outages <= SETTINGS.retry.attempts + 1; outages++) {
      const error = await here.poller.cycle().catch((thrown: unknown) => thrown);
      expect(error, `${outages}`).to.have.property('code', 'ledger-unreachable');
    }
  }

  it('uses up none of its tries, and the next cycle takes it up again', async () => {
    const { ledger } = here;
    const { keepObjects, fail } = ledger;
    Object.assign(ledger, { keepObjects: away, fail: away });
    await outlive();
    Object.assign(ledger, { keepObjects, fail });
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.include({ end: 'delivered' });
  });

  it('leaves none behind whose worker was not told that it has it', async () => {
    const { ledger } = here;
    const { claimNext } = ledger;
    ledger.claimNext = async (...asked) => {
      await claimNext(...asked);
      return away();
    };
    await outlive();
    ledger.claimNext = claimNext;
    const [report] = (await here.poller.cycle()).exams;
    expect(report).to.include({ end: 'delivered' });
  });
});
