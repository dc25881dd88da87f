import { expect } from 'chai';
import { PacsError } from '../../src/dicomweb/index.js';
import { MamoriError } from '../../src/errors.js';
import { LedgerError } from '../../src/ledger/index.js';
import { DeliveryError } from '../../src/poller/errors.js';
import { nextTry, reasonOf } from '../../src/poller/nextTry.js';

const retry = { attempts: 4, firstDelaySeconds: 10, longestDelaySeconds: 60 };
const unreachable = new PacsError('pacs-unreachable', 'No route', { transient: true });

/** Seconds until the next try; undefined where there is none. */
function delay(error: unknown, attempt: number, undelivered = false): number | undefined {
  const answer = nextTry(error, attempt, retry, { undelivered, pausedMs: undefined });
  return answer.again ? answer.inMs / 1000 : undefined;
}

describe('What is done after an error', () => {
  it('is trying again, with growing pauses, as often as the settings say', () => {
    expect([1, 2, 3, 4].map((attempt) => delay(unreachable, attempt))).to.deep.equal([10, 20, 40, undefined]);
  });

  it('is waiting longer where waiting alone will not help', () => {
    const refused = new DeliveryError('delivery-refused', 'No', { transient: false, remedy: 'Ask.' });
    expect(delay(refused, 1)).to.equal(40);
    expect(delay(refused, 2)).to.equal(60);
    expect(delay(refused, 4)).to.equal(undefined);
  });

  it('is trying again soon what is listed and not found: an index can be ahead of its storage', () => {
    const notFound = new PacsError('pacs-not-found', 'Not there', { transient: false, status: 404 });
    expect(delay(notFound, 1)).to.equal(10);
  });

  it('is waiting as long as the archive asks for', () => {
    const busy = new PacsError('pacs-busy', 'Later', { transient: true, retryAfterMs: 300_000 });
    expect(delay(busy, 1)).to.equal(300);
  });

  it('is never giving up finished results while the archive is away', () => {
    expect(delay(unreachable, 400, true)).to.equal(60);
    const refused = new PacsError('pacs-unauthorised', 'No', { transient: false });
    expect(delay(refused, 4, true)).to.equal(undefined);
  });

  it('is never giving up because a disk is full, and not counting the try', () => {
    const full = new LedgerError('ledger-disk-full', 'Full.');
    const answer = nextTry(full, 400, retry, { undelivered: false, pausedMs: undefined });
    expect(answer).to.deep.include({ again: true, counts: false });
    expect(delay(full, 1)).to.equal(60);
  });

  it('is not counting a try that an outage of the archive ended, however many there were', () => {
    const spread = [0, 0.5, 1].map((random) =>
      nextTry(unreachable, 400, retry, { undelivered: false, pausedMs: 60_000 }, random),
    );
    expect(spread).to.deep.equal(
      [65, 70, 75].map((seconds) => ({ again: true, inMs: 1000 * seconds, counts: false })),
    );
  });

  it('is never giving up finished results that the archive may still take', () => {
    const full = new DeliveryError('delivery-refused', 'No room', { transient: true, remedy: 'Make room.' });
    expect(delay(full, 400, true)).to.equal(60);
    expect(delay(new TypeError('x'), 4, true)).to.equal(undefined);
  });

  it('is said with its remedy, and without what a foreign error quotes', () => {
    expect(reasonOf(new MamoriError('some-code', 'It broke.', { remedy: 'Mend it.' }))).to.deep.equal({
      code: 'some-code',
      reason: 'It broke. Mend it.',
    });
    const quoting = reasonOf(new TypeError('cannot read Doe^Jane'));
    expect(quoting.code).to.equal('unexpected-error');
    expect(quoting.reason).to.not.include('Doe');
  });
});
