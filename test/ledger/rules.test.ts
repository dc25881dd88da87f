import { expect } from 'chai';
import { EXAM_STATES, type ExamState } from '../../src/ledger/examState.js';
import { renewalMs } from '../../src/ledger/lease.js';
import {
  changeOf,
  holds,
  isConfirmed,
  mayFollow,
  REFUSED,
  retryOf,
  saysMore,
  takeable,
  whichTry,
} from '../../src/ledger/rules.js';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);

describe('the rules of the ledger', () => {
  it('lead from every state to a closed one', () => {
    const reaches = (from: ExamState, seen = new Set<ExamState>()): Set<ExamState> => {
      for (const to of EXAM_STATES)
        if (mayFollow(from, to) && !seen.has(to)) {
          seen.add(to);
          reaches(to, seen);
        }
      return seen;
    };
    for (const state of EXAM_STATES)
      for (const end of ['delivered', 'partial', 'not-processed'] as const)
        expect(reaches(state), state).to.include(end);
  });

  it('let nothing become answered but what was being delivered, or says nothing new', () => {
    for (const end of ['delivered', 'partial'] as const)
      expect(EXAM_STATES.filter((state) => mayFollow(state, end))).to.deep.equal(['claimed', 'delivering']);
  });

  it('have a further set written only where it says more than the one before it', () => {
    const whole = { state: 'delivered' as const, restsOn: ['1', '2'] };
    const partial = { state: 'partial' as const, restsOn: ['1'] };
    const lacking = { kind: 'partial' as const, code: 'x', reason: 'x' };
    expect(saysMore(whole, { kind: 'processed', restsOn: ['1', '2'] })).to.equal(false);
    expect(saysMore(whole, { kind: 'processed', restsOn: ['1'] })).to.equal(false);
    expect(saysMore(whole, { kind: 'processed', restsOn: ['1', '2', '3'] })).to.equal(true);
    expect(saysMore(whole, { kind: 'not-processed', code: 'x', reason: 'x' })).to.equal(false);
    const takesBack = { kind: 'not-processed' as const, takesBack: true, code: 'x', reason: 'x' };
    for (const answer of [whole, partial]) expect(saysMore(answer, takesBack)).to.equal(true);
    expect(saysMore({ state: 'not-processed', restsOn: [] }, takesBack)).to.equal(false);
    expect(saysMore(partial, { ...lacking, restsOn: ['1'] })).to.equal(false);
    expect(saysMore(partial, { ...lacking, restsOn: ['1', '2'] })).to.equal(true);
    expect(saysMore(partial, { kind: 'processed', restsOn: ['1'] })).to.equal(true);
    // A view that came since and got no answer; one that the answer rests on already; an answer that is partial anyhow.
    expect(saysMore(whole, { ...lacking, restsOn: ['1', '2'], lacks: ['3'] })).to.equal(true);
    expect(saysMore(whole, { ...lacking, restsOn: ['1'], lacks: ['2'] })).to.equal(false);
    expect(saysMore(partial, { ...lacking, restsOn: ['1'], lacks: ['3'] })).to.equal(false);
    expect(saysMore({ state: 'not-processed', restsOn: [] }, { kind: 'processed', restsOn: ['1'] })).to.equal(
      true,
    );
  });

  it('let a claim hold until another has taken its place, lease or not', () => {
    const exam = { state: 'claimed' as ExamState, claimNumber: 3, revision: 1 };
    expect(holds(exam, { number: 3, revision: 1 })).to.equal(true);
    expect(holds({ ...exam, claimNumber: 4 }, { number: 3, revision: 1 })).to.equal(false);
    expect(holds({ ...exam, revision: 2 }, { number: 3, revision: 1 })).to.equal(false);
    expect(holds({ ...exam, state: 'failed' }, { number: 3, revision: 1 })).to.equal(false);
    expect(holds({ ...exam, state: 'failed' }, { number: 3, revision: 1 }, ['failed'])).to.equal(true);
  });

  it('give an exam away at the very moment that is set, and not before', () => {
    const never = { dueAt: undefined, retryAt: undefined, leaseUntil: undefined };
    const when = (state: ExamState, key: keyof typeof never) =>
      [4, 5, 6].map((now) => takeable({ ...never, state, [key]: at(5) }, at(now)));
    expect(when('waiting', 'dueAt')).to.deep.equal([undefined, 'due', 'due']);
    expect(when('failed', 'retryAt')).to.deep.equal([undefined, 'due', 'due']);
    for (const state of ['claimed', 'delivering'] as const)
      expect(when(state, 'leaseUntil')).to.deep.equal([undefined, 'left-behind', 'left-behind']);
    for (const state of EXAM_STATES) expect(takeable({ ...never, state }, at(9)), state).to.equal(undefined);
  });

  it('know the last try, and what came after it', () => {
    const tries = [1, 2, 3, 4, 5, 99].map((attempt) => whichTry(attempt, 3));
    expect(tries).to.deep.equal(['usual', 'usual', 'last', 'lost', 'over', 'over']);
    expect(whichTry(1, 1)).to.equal('last');
  });

  it('open a closed exam for other images, and no other', () => {
    const before = { fingerprint: 'x', claimedFingerprint: 'x' };
    expect(changeOf(undefined, 'x')).to.equal('new');
    expect(changeOf({ ...before, state: 'waiting' }, 'x')).to.equal('unchanged');
    expect(changeOf({ ...before, state: 'waiting' }, 'y')).to.equal('changed');
    expect(changeOf({ ...before, state: 'claimed' }, 'y')).to.equal('changed');
    expect(changeOf({ ...before, state: 'delivered' }, 'x')).to.equal('unchanged');
    expect(changeOf({ ...before, state: 'not-processed' }, 'y')).to.equal('reopened');
    // Seen with other images while it was worked on, and closed about those before.
    expect(changeOf({ fingerprint: 'y', claimedFingerprint: 'x', state: 'delivered' }, 'y')).to.equal(
      'reopened',
    );
  });

  it('count as confirmed only what is there and all of it', () => {
    expect(isConfirmed({ kept: 0, confirmed: 0 })).to.equal(false);
    expect(isConfirmed({ kept: 3, confirmed: 2 })).to.equal(false);
    expect(isConfirmed({ kept: 3, confirmed: 3 })).to.equal(true);
  });

  it('try again what failed; what was answered, only where it is named', () => {
    const exam = {
      state: 'not-processed' as ExamState,
      code: 'no-mammogram',
      answered: true,
      undelivered: false,
    };
    const named = { studies: ['1'] };
    expect(retryOf(exam, {})).to.equal(undefined);
    expect(retryOf(exam, named)).to.equal('reopen');
    expect(retryOf(exam, { states: ['not-processed'] })).to.equal('reopen');
    expect(retryOf(exam, { codes: ['no-mammogram'] })).to.equal('reopen');
    expect(retryOf(exam, { since: at(1) })).to.equal(undefined);
    expect(retryOf({ ...exam, undelivered: true }, {})).to.equal('again');
    expect(retryOf({ ...exam, answered: false }, {})).to.equal('again');
    expect(retryOf({ ...exam, state: 'failed' }, {})).to.equal('again');
    const lost = { ...exam, code: 'ledger-object-damaged', undelivered: true };
    expect(retryOf({ ...lost, state: 'failed' }, {})).to.equal('reopen');
    expect(retryOf(lost, {})).to.equal('reopen');
    expect(retryOf({ ...exam, state: 'partial' }, {})).to.equal('reopen');
    expect(retryOf({ ...exam, state: 'delivered' }, named)).to.equal(undefined);
    expect(retryOf({ ...exam, answered: false, code: 'superseded' }, named)).to.equal(undefined);
  });

  it('try again what the model refuses only where its study or that very reason is named', () => {
    for (const exam of [
      { state: 'partial' as const, code: REFUSED, answered: true, undelivered: false },
      { state: 'not-processed' as const, code: REFUSED, answered: true, undelivered: false },
      { state: 'not-processed' as const, code: REFUSED, answered: false, undelivered: false },
    ]) {
      for (const which of [{}, { states: [exam.state] }, { since: at(1) }])
        expect(retryOf(exam, which), JSON.stringify({ exam, which })).to.equal(undefined);
      for (const which of [{ codes: [REFUSED] }, { studies: ['1'] }])
        expect(retryOf(exam, which), JSON.stringify({ exam, which })).not.to.equal(undefined);
      // What it said has to arrive.
      expect(retryOf({ ...exam, undelivered: true }, {})).to.equal('again');
    }
  });

  it('renew a lease well before its end', () => {
    expect(renewalMs(120)).to.be.lessThan(120_000 / 2);
  });
});
