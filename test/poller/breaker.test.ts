import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { PacsError, type PacsErrorCode } from '../../src/dicomweb/index.js';
import { Breaker, type InstanceNames, type Questions } from '../../src/poller/breaker.js';
import { SILENT } from './hospital.js';

const names = (number: number): InstanceNames => [
  asUid('2.25.1'),
  asUid(`2.25.2${number}`),
  asUid(`2.25.3${number}`),
];
const failing = (code: PacsErrorCode, status?: number) =>
  new PacsError(code, 'It fails', { transient: true, ...(status !== undefined && { status }) });

/** An archive that fails with what is said, and counts what it is asked. */
function archive(
  fails: {
    search?: PacsError;
    retrieve?: (at: InstanceNames) => PacsError | undefined;
    describe?: PacsError;
  } = {},
) {
  const asked: string[] = [];
  const questions: Questions = {
    search: async () => {
      asked.push('search');
      if (fails.search !== undefined) throw fails.search;
    },
    retrieve: async (at) => {
      asked.push(at[2]);
      const error = fails.retrieve?.(at);
      if (error !== undefined) throw error;
    },
    describe: async () => {
      if (fails.describe !== undefined) throw fails.describe;
    },
  };
  const pauses = { outage: { first: 1000, longest: 3000 }, credentials: { first: 60_000, longest: 120_000 } };
  let now = 0;
  const parts = { questions, pauses, log: SILENT, clock: () => now, random: () => 0.5 };
  const pass = (ms: number) => {
    now += ms;
  };
  return { asked, breaker: new Breaker(parts), pass };
}

/** Milliseconds that the archive is left alone for, by the clock that stands still. */
const left = (breaker: Breaker) => breaker.pauseMs;

describe('The breaker around the archive', () => {
  it('takes for the exam’s what the archive can do for others', async () => {
    const { breaker, asked } = archive();
    breaker.gave(names(1));
    expect(await breaker.isOutage(failing('pacs-server-error', 500), [names(2)])).to.equal(false);
    expect(asked).to.deep.equal(['search', names(1)[2]]);
    expect(breaker.leftAlone).to.equal(undefined);
  });

  it('takes for an outage that neither a search nor a known image is answered', async () => {
    const search = archive({ search: failing('pacs-unreachable') });
    expect(await search.breaker.isOutage(failing('pacs-timed-out'))).to.equal(true);
    const image = archive({ retrieve: () => failing('pacs-server-error', 500) });
    image.breaker.gave(names(1));
    expect(await image.breaker.isOutage(failing('pacs-server-error', 500), [])).to.equal(true);
    expect(image.breaker.leftAlone?.reason.code).to.equal('pacs-server-error');
    expect(() => image.breaker.admit()).to.throw(PacsError);
  });

  it('asks for another image of the same exam where it knows of no other', async () => {
    const sound = archive();
    expect(await sound.breaker.isOutage(failing('pacs-server-error', 500), [names(2)])).to.equal(false);
    expect(sound.asked).to.deep.equal(['search', names(2)[2]]);
    // What is no image tells nothing where no image is known; with none to ask for, nothing speaks against an outage.
    expect(await archive().breaker.isOutage(failing('pacs-server-error', 500))).to.equal(false);
    expect(await sound.breaker.isOutage(failing('pacs-server-error', 500))).to.equal(false);
    const alone = archive();
    expect(await alone.breaker.isOutage(failing('pacs-server-error', 500), [])).to.equal(true);
  });

  it('takes a login page for the archive’s: a redirect, where it refuses nothing by a status of its own', async () => {
    const redirected = () => failing('pacs-refused', 302);
    const page = archive({ search: redirected() });
    expect(await page.breaker.isOutage(redirected(), [names(2)])).to.equal(true);
    const refusing = archive({ search: failing('pacs-unreachable') });
    expect(await refusing.breaker.isOutage(failing('pacs-refused', 406), [names(2)])).to.equal(false);
    expect(refusing.asked).to.deep.equal([]);
  });

  it('is closed by an image that the archive gives, and by no exam that came through beside an outage', async () => {
    const { breaker, pass } = archive();
    breaker.failed(failing('pacs-unreachable'), 'search');
    breaker.proved();
    expect(breaker.leftAlone?.reason.code).to.equal('pacs-unreachable');
    pass(2000);
    expect(breaker.isRecovering).to.equal(true);
    expect(await breaker.isOutage(failing('pacs-server-error', 500), [names(2)])).to.equal(false);
    expect(breaker.isRecovering).to.equal(false);
  });

  it('forgets an image that was taken out of the archive, and goes by the others', async () => {
    const { breaker, asked } = archive({
      retrieve: (at) => (at[2] === names(1)[2] ? failing('pacs-not-found', 404) : undefined),
    });
    breaker.gave(names(1));
    expect(await breaker.isOutage(failing('pacs-busy', 503), [names(2)])).to.equal(false);
    expect(await breaker.isOutage(failing('pacs-busy', 503), [names(3)])).to.equal(false);
    expect(asked.filter((one) => one === names(1)[2])).to.have.length(1);
  });

  it('takes 404 for the address’s while no image was ever read, for the exam’s once one was', async () => {
    const notFound = () => failing('pacs-not-found', 404);
    const nothing = { retrieve: notFound, describe: notFound() };
    const mistyped = archive(nothing);
    expect(await mistyped.breaker.isOutage(notFound(), [names(2), names(3)], names(1))).to.equal(true);
    expect(mistyped.breaker.leftAlone?.reason.reason).to.include('every image').and.include('pacs.wadoUrl');
    expect(await archive(nothing).breaker.isOutage(notFound(), [], names(1)), 'of one image').to.equal(true);
    // What is no image tells nothing of images; where images are described, the address is right.
    expect(await archive(nothing).breaker.isOutage(notFound())).to.equal(false);
    const described = archive({ retrieve: notFound });
    expect(await described.breaker.isOutage(notFound(), [names(2)], names(1))).to.equal(false);
    // One of several: the exam's.
    const one = archive({ describe: notFound() });
    expect(await one.breaker.isOutage(notFound(), [names(2)], names(1))).to.equal(false);
    // All of an exam's, where images were read before.
    const sound = archive(nothing);
    sound.breaker.gave(names(1));
    expect(await sound.breaker.isOutage(notFound(), [names(3)], names(2))).to.equal(false);
    expect(sound.asked).to.deep.equal([]);
  });

  it('asks nothing about what is plainly the exam’s', async () => {
    const { breaker, asked } = archive({ search: failing('pacs-unreachable') });
    for (const error of [
      failing('pacs-not-found', 404),
      failing('pacs-refused', 406),
      failing('pacs-answer-too-large'),
      new TypeError('x'),
    ])
      expect(await breaker.isOutage(error)).to.equal(false);
    expect(asked).to.deep.equal([]);
  });

  it('asks one question, however many meet an error at the same time', async () => {
    const { breaker, asked } = archive({ search: failing('pacs-unreachable') });
    const errors = Array.from({ length: 5 }, () => failing('pacs-unreachable'));
    expect(await Promise.all(errors.map((error) => breaker.isOutage(error)))).to.deep.equal(
      Array(5).fill(true),
    );
    expect(asked).to.deep.equal(['search']);
  });

  it('waits longer each time, up to a bound, and as before once an exam has come through', async () => {
    const { breaker, pass } = archive();
    const pauses: number[] = [];
    for (let time = 0; time < 3; time++) {
      breaker.failed(failing('pacs-unreachable'), 'search');
      pauses.push(left(breaker));
      pass(left(breaker) + 1);
    }
    expect(pauses).to.deep.equal([1000, 2000, 3000]);
    expect(breaker.isRecovering).to.equal(true);
    breaker.proved();
    expect(breaker.isRecovering).to.equal(false);
    breaker.failed(failing('pacs-unreachable'), 'search');
    expect(left(breaker)).to.equal(1000);
  });

  it('says until when, by the time of day', () => {
    const { breaker } = archive();
    const before = Date.now();
    breaker.failed(failing('pacs-unreachable'), 'search');
    expect(breaker.leftAlone!.until.getTime()).to.be.within(before + 1000, Date.now() + 1000);
  });

  it('waits as long as the archive asks for', () => {
    const { breaker } = archive();
    breaker.failed(new PacsError('pacs-busy', 'Later', { transient: true, retryAfterMs: 90_000 }), 'search');
    expect(left(breaker)).to.equal(90_000);
  });

  it('waits much longer for refused credentials, whatever was asked', () => {
    const { breaker } = archive();
    breaker.failed(failing('pacs-server-error', 500), 'other');
    expect(left(breaker)).to.equal(0);
    breaker.failed(failing('pacs-unauthorised', 401), 'other');
    expect(left(breaker)).to.equal(60_000);
  });

  it('asks with refused credentials no more, also where a description met the refusal', async () => {
    const { breaker, asked } = archive({ describe: failing('pacs-unauthorised', 401) });
    const notFound = failing('pacs-not-found', 404);
    expect(await breaker.isOutage(notFound, [names(2)], names(1))).to.equal(true);
    expect(asked).to.deep.equal([]);
    expect(left(breaker)).to.equal(60_000);
    expect(breaker.leftAlone?.reason.code).to.equal('pacs-unauthorised');
  });

  it('asks for no further image once one of them is refused, nor once somebody else met an outage', async () => {
    const refusing = archive({ retrieve: () => failing('pacs-unauthorised', 401) });
    refusing.breaker.gave(names(1));
    expect(await refusing.breaker.isOutage(failing('pacs-server-error', 500), [names(2)])).to.equal(true);
    expect(refusing.asked).to.deep.equal(['search', names(1)[2]]);
    expect(left(refusing.breaker)).to.equal(60_000);
    const meanwhile = archive({
      retrieve: () => {
        meanwhile.breaker.failed(failing('pacs-unreachable'), 'search');
        return failing('pacs-server-error', 500);
      },
    });
    expect(await meanwhile.breaker.isOutage(failing('pacs-timed-out'), [names(1), names(2)])).to.equal(true);
    expect(meanwhile.asked).to.deep.equal(['search', names(1)[2]]);
    expect(meanwhile.breaker.leftAlone?.reason.code).to.equal('pacs-unreachable');
  });

  it('takes a 403 for the exam’s where it is given others, and for ours where a search meets it', async () => {
    const locked = failing('pacs-unauthorised', 403);
    const sound = archive();
    sound.breaker.gave(names(1));
    sound.breaker.failed(locked, 'other');
    expect(await sound.breaker.isOutage(locked)).to.equal(false);
    expect(sound.asked).to.deep.equal(['search', names(1)[2]]);
    expect(sound.breaker.leftAlone).to.equal(undefined);

    const refusing = archive({ retrieve: () => failing('pacs-unauthorised', 403) });
    refusing.breaker.gave(names(1));
    expect(await refusing.breaker.isOutage(locked)).to.equal(true);
    expect(left(refusing.breaker)).to.equal(60_000);
    sound.breaker.failed(locked, 'search');
    expect(left(sound.breaker)).to.equal(60_000);
    // No token could be had.
    const tokenless = archive();
    tokenless.breaker.failed(failing('pacs-unauthorised'), 'other');
    expect(left(tokenless.breaker)).to.equal(60_000);
  });

  it('counts from one again after an outage that is over, though no exam came through since', async () => {
    const { breaker, pass } = archive();
    const fail = async () => {
      breaker.failed(failing('pacs-unreachable'), 'search');
      const leftAlone = breaker.leftAlone!;
      const length = left(breaker);
      pass(length + 1);
      await sleep(5);
      return { length, since: leftAlone.since.getTime() };
    };
    const [first, second] = [await fail(), await fail()];
    expect(second).to.deep.equal({ length: 2000, since: first.since });
    breaker.searched();
    const third = await fail();
    expect(third.length).to.equal(1000);
    expect(third.since).to.be.greaterThan(first.since);

    // What exams meet while searches are answered lasts from pause to pause, but not over hours without any.
    const store = archive({ retrieve: () => failing('pacs-server-error', 500) });
    store.breaker.gave(names(1));
    const met = async () => {
      expect(await store.breaker.isOutage(failing('pacs-server-error', 500))).to.equal(true);
      const length = left(store.breaker);
      store.pass(length + 1);
      store.breaker.searched();
      return length;
    };
    expect([await met(), await met()]).to.deep.equal([1000, 2000]);
    store.pass(3_600_000);
    expect(await met()).to.equal(1000);
  });

  it('does not wait longer for refused credentials because of an outage before', () => {
    const { breaker, pass } = archive();
    for (let time = 0; time < 2; time++) {
      breaker.failed(failing('pacs-unreachable'), 'search');
      pass(left(breaker) + 1);
    }
    breaker.failed(failing('pacs-unauthorised', 401), 'search');
    expect(left(breaker)).to.equal(60_000);
  });
});
