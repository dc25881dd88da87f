import axe from 'axe-core';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import {
  AdminError,
  type AdminOptions,
  type AdminServer,
  type StatusSnapshot,
  startAdmin,
} from '../../src/admin/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { isInstalled, skipped } from '../parts.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../viewers/ohif.js';
import { EARLIER_WORK, EXAM_SHOWN, madeDesk, NOW, STATES, TAKEN_BACK, TWO_MODELS } from './states.js';

type User = NonNullable<AdminOptions['users']>[number];

const PASSWORD = 'correct horse';

interface Look {
  width?: number;
  scheme?: 'light' | 'dark';
  script?: boolean;
  path?: string;
  work?: Parameters<typeof madeDesk>[2];
  users?: User[];
  /** In place of the made desk's. */
  desk?: Partial<ReturnType<typeof madeDesk>>;
}

describe('the pages in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let admin: AdminServer;
  let page: Page;
  let snapshot: StatusSnapshot;
  let orders: string[];
  let complaints: string[];

  before(async function () {
    if (!isInstalled(CHROMIUM)) skipped(this, `not installed: ${CHROMIUM}`);
    // Containers have little memory to share.
    const args = [...CHROMIUM_ARGUMENTS, '--disable-dev-shm-usage'];
    browser = await chromium.launch({ executablePath: CHROMIUM, args });
  });
  after(() => browser?.close());
  afterEach(async () => {
    await page?.close();
    await admin?.close();
  });

  async function open(shown: StatusSnapshot, look: Look = {}): Promise<void> {
    const { width = 1280, scheme = 'light', script = true, path = '', users = [] } = look;
    snapshot = shown;
    orders = [];
    complaints = [];
    const desk = { ...madeDesk(shown.exams, (order) => orders.push(order), look.work), ...look.desk };
    const listen = { host: '127.0.0.1', port: 0 };
    admin = await startAdmin({ listen, users, desk }, async () => snapshot);
    page = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme: scheme,
      javaScriptEnabled: script,
      // As programs do it: the page that asks who one is has tests of its own.
      ...(users[0] && {
        extraHTTPHeaders: { Authorization: `Basic ${btoa(`${users[0].name}:${PASSWORD}`)}` },
      }),
    });
    await page.clock.install();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(new URL(path, admin.url).href, { waitUntil: 'load' });
  }
  // As it is seen: not what is folded away.
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden must not count
  const text = (selector: string) => page.locator(selector).innerText();

  /** What keeps people from using it, by the rules of WCAG 2.2 A and AA, and whether it goes beyond the screen. */
  async function isUsable(): Promise<void> {
    await page.evaluate(axe.source);
    const violations = (await page.evaluate(async () => {
      const { axe: here } = globalThis as unknown as { axe: typeof axe };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const running = here.run({ runOnly: tags });
      return (await running).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      );
    })) as string[];
    expect(violations).to.deep.equal([]);
    const beyond = await page.evaluate('document.scrollingElement.scrollWidth - innerWidth');
    expect(beyond, 'pixels beyond the screen').to.be.at.most(0);
    expect(complaints).to.deep.equal([]);
  }

  const SAYS: Record<keyof typeof STATES, [headline: string, ...all: string[]]> = {
    empty: ['All is well', 'Nothing waits.', 'Nothing in the last 24 hours.'],
    busy: [
      'All is well: working on exams',
      '4 exams are complete and wait for a worker',
      '192 exams answered',
    ],
    attention: [
      'Working, but 3 exams of the last 24 hours need a look',
      'What to do: Look at the images in the PACS',
      'Try all 2 again now',
      '12 studies held nothing to analyse',
    ],
    trouble: [
      'Not working: the PACS cannot be used',
      'What to do: Check that the PACS runs',
      '16 exams wait; none is lost',
      '11 exams are complete and wait for the PACS',
      'Last look 10:30:42: the PACS gave no answer',
    ],
    paused: ['Paused: no exam is taken up', 'Paused by anna since 09:49:32', 'PACS upgrade', '9 exams'],
    ledgerAway: ['Not working: the ledger does not answer', 'as of 10:28:52', 'Check the database server'],
  };
  for (const state of Object.keys(STATES) as (keyof typeof STATES)[])
    for (const [width, scheme] of [
      [1280, 'light'],
      [390, 'dark'],
      ...(state === 'trouble'
        ? ([
            [1280, 'dark'],
            [390, 'light'],
          ] as const)
        : []),
    ] as const)
      it(`say at a glance how it is, to everybody: ${state}, ${width} pixels, ${scheme}`, async () => {
        await open(STATES[state], { width, scheme });
        const [headline, ...all] = SAYS[state];
        expect(await text('#headline')).to.contain(headline);
        for (const words of all) expect(await text('main')).to.contain(words);
        // Without scrolling.
        expect((await page.locator('#headline').boundingBox())!.y).to.be.lessThan(200);
        await isUsable();
      });

  it('breaks no word of a table on a phone', async () => {
    for (const [state, path] of [
      ['attention', `exams/${EXAM_SHOWN}?answer=pacs`],
      ['busy', ''],
      ['trouble', 'exams?state=failed'],
    ] as const) {
      await open(STATES[state], { path, width: 390 });
      await page.evaluate(`for (const part of document.querySelectorAll('details')) part.open = true`);
      const broken = await page.evaluate(`[...document.querySelectorAll('th, td')].flatMap((cell) => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const found = [];
        for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
          if (node.parentElement.closest('.uid, code')) continue;
          for (const { 0: word, index } of node.data.matchAll(/[a-z]{2,}/gi)) {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) found.push(word);
          }
        }
        return found;
      })`);
      expect(broken, path).to.deep.equal([]);
      await page.close();
      await admin.close();
    }
  });

  const answers = () => page.locator('.exams td[data-heading="Answer"]').allInnerTexts();

  it('tell of the latest exams what they were answered with, in short and in words', async () => {
    await open(STATES.attention);
    const note = await text('#latest > p.quiet');
    for (const words of [
      'AI result, not for primary diagnosis.',
      'Probability of cancer ("malignant"), at or above or below the operating point of 50 %;',
      'below does not exclude cancer.',
      'Numbers far too high for screening',
    ])
      expect(note.replaceAll(/\s+/g, ' ')).to.contain(words);
    const cells = page.locator('.exams td[data-heading="Answer"]');
    const heard = (await cells.allTextContents()).map((cell) => cell.replaceAll(/\s+/g, ' ').trim());
    const [claimed, , , , partial, notProcessed, below, above] = heard;
    expect([claimed, notProcessed], 'no answer').to.deep.equal(['', '']);
    expect(partial).to.equal(
      'RRight breast: 82.0 %, at or above the operating point of 50 % (CC alone)' +
        'LLeft breast: 72.0 %, at or above the operating point of 50 %',
    );
    expect(below).to.match(
      /^RRight breast: 3\.1 %, below the operating point of 50 %LLeft breast: 8\.4 %, below/,
    );
    expect(above).to.contain('71.2 %, at or above');
    // On its side of the operating point, however close to it.
    expect(heard.join('\n')).to.contain('Left breast: 49.97 %, below');
    expect(heard.join('\n')).to.contain('Right breast: not analysed views-not-in-study');
    // The letter is for the eye, the word for the ear.
    expect(await cells.nth(4).locator('[aria-hidden=true]').allTextContents()).to.deep.equal(['R', 'L']);
    expect(heard.join(' ')).not.to.match(/positive|negative|normal|nothing|no finding/i);
  });

  it('say once what numbers are the probability of, and of each which, where there are several models', async () => {
    await open(TWO_MODELS, { width: 390, scheme: 'dark' });
    const notes = await page.locator('#latest div.quiet li').allInnerTexts();
    expect(notes).to.have.lengthOf(2);
    expect(notes[0])
      .to.match(/^a Probability of cancer/)
      .and.contain('operating point of 50 %')
      .and.contain('far too high');
    expect(notes[1])
      .to.match(/^b Probability that a mass is malignant/)
      .and.contain('operating point of 30 %');
    const cells = (await answers()).filter((cell) => cell.includes('%'));
    expect(cells[0]).to.match(/3\.1 %, below[\s\S]+\(a\)$/);
    expect(cells[1]).to.match(/31\.2 %, at or above[\s\S]+\(b\)$/);
    expect(cells.filter((cell) => cell.endsWith('(a)'))).to.have.lengthOf(cells.length - 1);
    await isUsable();
  });

  it('say why exams have no answer once, and by its code with each exam', async () => {
    await open(STATES.trouble, { path: 'exams?state=failed' });
    const reasons = await page.locator('.exams td[data-heading="Why"]').allInnerTexts();
    expect(reasons).to.have.lengthOf(5);
    expect(reasons[0]).to.match(/^No connection to https:.+ECONNREFUSED.+Next try/);
    for (const reason of reasons.slice(1)) expect(reason).to.match(/^pacs-unreachable Next try/);
    await page.close();
    await admin.close();
    // What an answer lacks stands beside each.
    const lacking = { code: 'views-not-in-study', reason: 'Right breast not in the study.' };
    const exams = STATES.busy.exams.slice(-3).map((exam) => ({ ...exam, ...lacking }));
    await open({ ...STATES.busy, exams });
    const told = await page.locator('.exams td[data-heading="Why"]').allInnerTexts();
    expect(told).to.deep.equal(exams.map(() => lacking.reason));
  });

  it('say of an exam that an earlier version closed that its answer is elsewhere, here and in a list', async () => {
    for (const path of ['', 'exams?state=delivered']) {
      await open({ ...STATES.busy, exams: STATES.busy.exams.slice(-3) }, { path });
      expect((await answers()).at(-1)).to.equal('Not kept here: open the exam');
      expect((await answers())[0]).to.match(/1\.8 %, below[\s\S]+91\.4 %, at or above/);
      if (path !== '') continue;
      await page.close();
      await admin.close();
    }
  });

  it('tell of one exam, with its answer and pictures out of the PACS', async () => {
    await open(STATES.attention, { path: `exams/${EXAM_SHOWN}`, width: 390 });
    await page.getByText('72 %').first().waitFor();
    for (const words of [
      'it lacks R MLO',
      'Left breast',
      'Taken up by mamori-1/4711/9f2c/0',
      'The PACS gave no answer in 60 s.',
      'read back 09:21:10',
    ])
      expect(await text('main')).to.contain(words);
    const picture = page.locator('.pictures img').first();
    await picture.scrollIntoViewIfNeeded();
    expect(await picture.getAttribute('alt')).to.match(/^Heat map picture, R CC \(1 of 3\)/);
    expect(await page.locator('.pictures figcaption').allInnerTexts()).to.deep.equal(
      ['R CC', 'L CC', 'L MLO'].map((view) => `Heat map picture, ${view}`),
    );
    // Asked again and again from here: the page's policy lets nobody wait within it by a text that is evaluated.
    const width = () => page.evaluate('document.querySelector(".pictures img").naturalWidth');
    while ((await width()) === 0) await page.waitForTimeout(50);
    await isUsable();
    await page.getByRole('button', { name: 'Try again now' }).click();
    await page.getByText('2 exams are tried again').waitFor();
    expect(orders).to.deep.equal([`retry {"studies":["${EXAM_SHOWN}"]}`]);
  });

  it('tell the answer in short while the PACS does not give it, and why it does not', async () => {
    const answer = async () => {
      throw new AdminError('pacs-away', 'The PACS does not give it now. No answer in 20 s.');
    };
    await open(STATES.trouble, { path: `exams/${EXAM_SHOWN}`, width: 390, scheme: 'dark', desk: { answer } });
    await page.getByText('No answer in 20 s.').waitFor();
    expect(await text('#answer'))
      .to.match(/Right breast:\s+82\.0 %, at or above/)
      .and.contain('Numbers far too high for screening');
    await isUsable();
  });

  it('show no answer and no picture that was taken back, and say why', async () => {
    await open(STATES.busy, { path: `exams/${EXAM_SHOWN}`, work: TAKEN_BACK });
    expect(await text('#answer'))
      .to.contain('no longer holds')
      .and.contain('more than one patient');
    expect(await page.locator('.pictures img').count()).to.equal(0);
    expect(await page.locator('[data-fetch]').count()).to.equal(0);
    await page.goto(new URL(`exams/${EXAM_SHOWN}?answer=pacs`, admin.url).href);
    expect(await text('main')).not.to.contain('72 %');
    await isUsable();
  });

  it('ask the PACS for an answer once, and not again when they renew themselves', async () => {
    await open(STATES.busy, { path: `exams/${EXAM_SHOWN}?answer=pacs#answer` });
    expect(await text('#answer')).to.contain('72 %');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    // Not its pictures, which are fetched when there is time.
    const isThisPage = (url: string) => new URL(url).pathname === `/exams/${EXAM_SHOWN}`;
    for (let round = 0; round < 3; round++) {
      const renewal = page.waitForResponse((response) => isThisPage(response.url()));
      await page.clock.runFor(10_500);
      await renewal;
    }
    expect(asked.filter(isThisPage)).to.have.lengthOf(3);
    expect(asked.filter((url) => url.includes('answer='))).to.deep.equal([]);
    // Comes after the last renewal, by when the page has that.
    await page.evaluate('fetch(location.pathname).then((response) => response.text())');
    expect(await text('#answer')).to.contain('72 %');
    // Nor where no script runs.
    const plain = await (await fetch(page.url())).text();
    expect(plain).to.contain(`content="30; url=/exams/${EXAM_SHOWN}"`);
  });

  it('let go of an answer that is taken back while they are open', async () => {
    let isTakenBack = false;
    const work = () => (isTakenBack ? TAKEN_BACK : { ...TAKEN_BACK, presentAnswer: { revision: 1 } });
    await open(STATES.busy, { path: `exams/${EXAM_SHOWN}`, work });
    await page.getByText('72 %').first().waitFor();
    await page.clock.runFor(10_500);
    expect(await text('#answer')).to.contain('72 %');
    isTakenBack = true;
    await page.clock.runFor(10_500);
    await page.getByText('no longer holds').waitFor();
    expect(await text('main')).not.to.contain('72 %');
    expect(await page.locator('.pictures img').count()).to.equal(0);
  });

  it('have an exam of an earlier version processed again', async () => {
    await open(STATES.busy, { path: `exams/${EXAM_SHOWN}`, work: EARLIER_WORK });
    page.on('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Process again' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again now' }).count()).to.equal(0);
    await page.getByRole('button', { name: 'Process again' }).click();
    await page.getByText('It is processed in the next round.').waitFor();
    expect(orders).to.deep.equal([`reprocess ${EXAM_SHOWN}`]);
  });

  it('offer of an earlier version what helps: a further try to deliver, or the word that hands it over', async () => {
    const failed = { ...EARLIER_WORK, state: 'failed', code: 'pacs-refused' };
    const button = () => page.getByRole('button', { name: 'Try again now' }).count();
    const undelivered = { retry: true, reprocess: false, adopt: false };
    await open(STATES.busy, { path: `exams/${EXAM_SHOWN}`, work: { ...failed, ways: undelivered } });
    expect(await text('#state')).to.contain('only have to be delivered');
    expect(await button()).to.equal(1);
    await page.close();
    await admin.close();
    const unfinished = { retry: false, reprocess: false, adopt: true };
    await open(STATES.busy, { path: `exams/${EXAM_SHOWN}`, work: { ...failed, ways: unfinished } });
    expect(await text('#state')).to.contain('mamori adopt hands it over');
    expect(await button()).to.equal(0);
  });

  it('show who may only see everything, and no button', async () => {
    const passwordHash = await hashPassword(PASSWORD);
    const users: User[] = [{ name: 'berta', role: 'see', passwordHash }];
    await open(STATES.attention, { users });
    expect(await text('header')).to.contain('berta');
    expect(await text('main')).to.contain('What to do: Look at the images in the PACS');
    expect(await page.locator('main button').count()).to.equal(0);
    const { status } = await page.evaluate(async () => {
      const answer = await fetch('/api/v1/pause', { method: 'POST' });
      return { status: answer.status };
    });
    expect(status).to.equal(403);
    expect(orders).to.deep.equal([]);
  });

  it('list the exams of a kind', async () => {
    await open(STATES.trouble, { width: 390, scheme: 'dark' });
    await page.getByRole('link', { name: 'Show these exams' }).first().click();
    await page.getByRole('heading', { name: '5 exams, latest change first' }).waitFor();
    expect(await page.locator('#state').inputValue()).to.equal('failed');
    expect(await page.locator('#code').inputValue()).to.equal('pacs-unreachable');
    await isUsable();
  });

  it('know no exam of a made-up study, and say so', async () => {
    await open(STATES.empty, { path: 'exams/2.25.404' });
    expect(await text('main')).to.contain('The ledger knows no exam of this study.');
  });

  it('take orders from the keyboard, and say what came of them', async () => {
    await open(STATES.paused);
    const goOn = page.getByRole('button', { name: 'Go on' });
    await goOn.focus();
    snapshot = STATES.busy;
    await page.keyboard.press('Enter');
    await page.getByText('Done.').waitFor();
    expect(orders).to.deep.equal(['go-on']);
    await page.getByText('All is well: working on exams').first().waitFor();
    // The button is gone; the focus stays where it was.
    expect(await page.evaluate('document.activeElement.id')).to.equal('condition');

    const asked: string[] = [];
    let answer = false;
    page.on('dialog', (dialog) => {
      asked.push(dialog.message());
      return answer ? dialog.accept() : dialog.dismiss();
    });
    const pause = page.getByRole('button', { name: 'Pause' });
    await pause.click();
    expect(orders).to.deep.equal(['go-on']);
    answer = true;
    await pause.click();
    // That the first order was done still stands there.
    while (orders.length < 2) await page.waitForTimeout(20);
    expect(orders).to.deep.equal(['go-on', 'pause']);
    expect(asked).to.have.lengthOf(2);
  });

  it('have what failed tried again by its reason', async () => {
    await open(STATES.attention);
    page.on('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Try all 2 again now' }).click();
    await page.getByText('2 exams are tried again').waitFor();
    expect(await text('#outcome')).to.contain('3 exams are of an earlier version and left: mamori reprocess');
    expect(orders).to.deep.equal(['retry {"states":["not-processed"],"codes":["images-unreadable"]}']);
  });

  it('renew themselves, leave focus and what was opened, and announce what changed', async () => {
    await open(STATES.attention);
    await page.locator('#day-table summary').click();
    const link = page.locator('#latest td a').nth(4);
    await link.focus();
    const focused = 'document.activeElement.getAttribute("href")';
    const before = await page.evaluate(focused);
    snapshot = { ...STATES.trouble, now: new Date(NOW.getTime() + 10_000) };
    await page.clock.runFor(10_500);
    await page.getByText('Not working: the PACS cannot be used').first().waitFor();
    expect(await page.locator('#announcement').textContent()).to.contain('Not working');
    expect(await page.title()).to.match(/^! Not working/);
    expect(await page.locator('#day-table').getAttribute('open')).to.equal('');
    expect(await page.evaluate(focused)).to.equal(before);
    expect(complaints).to.deep.equal([]);
  });

  it('say that they are old when Mamori does not answer any more', async () => {
    await open(STATES.busy);
    expect(await page.locator('#lost').isVisible()).to.equal(false);
    await admin.close();
    await page.clock.runFor(10_500);
    await page.getByText('No answer from Mamori since').waitFor();
    expect(await text('#lost')).to.contain('What is shown below is old');
  });

  it('are gone through by the keyboard from top to bottom, past all that can be done', async () => {
    await open(STATES.paused);
    const stops: string[] = [];
    for (let stop = 0; stop < 8; stop++) {
      await page.keyboard.press('Tab');
      stops.push((await page.evaluate('document.activeElement.textContent.trim()')) as string);
    }
    const start = ['To the content', 'Mamori', 'Status', 'Exams', 'Go on'];
    expect(stops.slice(0, 5)).to.deep.equal(start);
    expect(stops[5]).to.match(/^Older than a day/);
    const seen = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(seen).to.equal('solid');
  });

  it('say the same where no script runs', async () => {
    await open(STATES.trouble, { script: false });
    expect(await text('#headline')).to.contain('Not working');
    await page.goto(new URL(`exams/${EXAM_SHOWN}`, admin.url).href);
    await page.getByRole('link', { name: 'Read it from the PACS' }).click();
    await page.getByText('72 %').first().waitFor();
  });
});
