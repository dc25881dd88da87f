import { existsSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import sharp from 'sharp';
import { accountName } from '../../src/accountName.js';
import { startAdmin } from '../../src/admin/index.js';
import { auditEntries } from '../../src/audit/index.js';
import { percent, type ShortAnswer } from '../../src/findings/index.js';
import type { Ledger } from '../../src/ledger/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { type RunningService, runningService } from './runningService.js';
import { madeDesk, STATES } from './states.js';

interface Described {
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, unknown> }> }>>;
}

describe('the API', () => {
  let running: RunningService;
  let document: Described;
  let ajv: Ajv2020;
  let whole: string;
  let deaf = false;
  /** Every address and status that a test has held against its description. */
  const seen = new Set<string>();

  before(async () => {
    running = await runningService({
      between: (ledger) =>
        new Proxy(ledger, {
          get: (target, name: keyof Ledger) =>
            deaf ? () => new Promise(() => {}) : (target[name] as () => unknown).bind(target),
        }),
    });
    whole = running.arrives('whole', ['LCC', 'RCC', 'LMLO', 'RMLO']);
    await running.service.poller.cycle();
    document = (await (await fetch(new URL('api/v1/openapi.json', running.admin.url))).json()) as Described;
    ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
  });
  after(async () => {
    deaf = false;
    await running?.close();
  });

  const called = (path: string, init?: RequestInit) =>
    fetch(new URL(`api/v1${path}`, running.admin.url), init);

  /** Asks, and holds the answer to its description. */
  async function answered<T = Record<string, unknown>>(
    address: string,
    path: string,
    status = 200,
    init?: RequestInit,
  ): Promise<T> {
    const method = (init?.method ?? 'GET').toLowerCase();
    const response = await called(path, init);
    const text = await response.text();
    expect(response.status, `${path}: ${text}`).to.equal(status);
    const described = document.paths[address]?.[method]?.responses[String(status)];
    expect(described, `${method} ${address} ${status} is described`).to.not.equal(undefined);
    const type = response.headers.get('content-type')!.split(';')[0]!;
    expect(Object.keys(described!.content)).to.deep.equal([type]);
    const escaped = [address, method, 'responses', String(status), 'content', type, 'schema'].map((part) =>
      part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D'),
    );
    const valid = ajv.getSchema(`api#/paths/${escaped.join('/')}`)!;
    const body = JSON.parse(text);
    expect(valid(body), `${path}: ${JSON.stringify(valid.errors)} of ${text}`).to.equal(true);
    seen.add(`${method} ${address}`);
    return body as T;
  }
  const order = (body?: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

  it('is described by a valid document of OpenAPI 3.1, the same as in the docs', async () => {
    const { valid, errors } = await new Validator().validate(document as never);
    expect(valid, JSON.stringify(errors)).to.equal(true);
    expect(document).to.deep.equal(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  });

  it('tells how the service is, and what waits', async () => {
    expect(await answered('/service', '/service')).to.deep.include({ level: 'good', state: 'waiting' });
    expect(await answered('/queue', '/queue')).to.deep.include({ ready: 0, others: 0 });
    const { stretches } = await answered<{ stretches: { delivered: number }[] }>('/day', '/day');
    expect(stretches).to.have.lengthOf(48);
    expect(stretches.reduce((sum, { delivered }) => sum + delivered, 0)).to.equal(1);
  });

  it('tells of one exam its steps, images and objects, and gives its report and pictures', async () => {
    type Listed = { exams: { shortAnswer: ShortAnswer }[] };
    const { exams } = await answered<Listed>('/exams', '/exams?state=delivered&limit=5');
    expect(exams).to.have.lengthOf(1);
    type Detail = {
      works: {
        isServed: boolean;
        steps: { event: string; worker?: string }[];
        images: { view: string; answered: boolean }[];
        objects: { kind: string; isPicture: boolean; sopInstanceUID: string; view?: string }[];
      }[];
    };
    const { works } = await answered<Detail>('/exams/{study}', `/exams/${whole}`);
    const [work] = works;
    expect(work!.isServed).to.equal(true);
    expect(work!.steps.map(({ event }) => event)).to.include.members(['seen', 'claimed', 'delivered']);
    expect(work!.steps.at(-1)).to.have.property('worker');
    expect(work!.images.map(({ view }) => view).sort()).to.deep.equal(['LCC', 'LMLO', 'RCC', 'RMLO']);
    const pictures = work!.objects.filter(({ isPicture }) => isPicture);
    expect(pictures.map(({ view }) => view).sort()).to.deep.equal(['LCC', 'LMLO', 'RCC', 'RMLO']);
    expect(work!.objects.find(({ kind }) => kind === 'tid1500')).not.to.have.property('view');

    type Report = { summary: string; answers: { about: string; probability?: string; verdict?: string }[] };
    const report = await answered<Report>('/exams/{study}/report', `/exams/${whole}/report`);
    expect(report.summary).to.contain('AI');
    const views = report.answers.filter(
      ({ about }) => about.endsWith('AI answer') && / (CC|MLO):/.test(about),
    );
    expect(views).to.have.lengthOf(4);
    // The exam, two breasts, four views, and nothing about where the network looked.
    expect(report.answers).to.have.lengthOf(7);
    for (const { probability, verdict } of report.answers) {
      expect(Number(probability)).to.be.within(0, 100);
      expect(verdict).to.be.oneOf(['positive', 'negative']);
    }

    // What the list says of it is what the report says.
    const { operatingPoint, breasts } = exams[0]!.shortAnswer;
    expect(breasts.map(({ laterality }) => laterality)).to.deep.equal(['R', 'L']);
    for (const breast of breasts) {
      if (!breast.answered) throw new Error(breast.code);
      const name = breast.laterality === 'R' ? 'Right breast' : 'Left breast';
      const { probability, verdict } = report.answers.find(({ about }) => about.startsWith(name))!;
      expect(percent(breast.probability, operatingPoint)).to.equal(
        percent(Number(probability) / 100, operatingPoint),
      );
      expect(verdict).to.equal(breast.positive ? 'positive' : 'negative');
      expect(breast.views).to.deep.equal(['CC', 'MLO']);
    }

    const picture = await called(`/exams/${whole}/pictures/${pictures[0]!.sopInstanceUID}`);
    expect(picture.headers.get('content-type')).to.equal('image/png');
    const { width, height } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
    expect(Math.max(width, height)).to.be.within(256, 1200);
    seen.add('get /exams/{study}/pictures/{picture}');
  });

  it('gives nothing of the archive that is no picture of that exam', async () => {
    const address = '/exams/{study}/pictures/{picture}';
    const mammogram = (await running.service.pacs.instances(whole as never))[0]!.sopInstanceUID;
    const { detail } = await answered(address, `/exams/${whole}/pictures/2.25.99`, 404);
    expect(detail).to.contain('2.25.99');
    await answered(address, `/exams/${whole}/pictures/${mammogram}`, 404);
    await answered(address, '/exams/2.25.404/pictures/2.25.99', 404);
    await answered(address, `/exams/${whole}/pictures/..%2F..%2Fetc`, 404);
  });

  it('says what cannot be asked or ordered', async () => {
    await answered('/exams', '/exams?state=nothing', 400);
    await answered('/exams', '/exams?limit=9999', 400);
    await answered('/exams/{study}', '/exams/2.25.404', 404);
    await answered('/exams/{study}', '/exams/DOE%5EJANE', 404);
    await answered('/exams/{study}/retry', '/exams/2.25.404/retry', 404, order());
    await answered('/exams/{study}/retry', `/exams/${whole}/retry`, 409, order());
    await answered('/retry', '/retry', 400, order({ states: ['delivered'] }));
    await answered('/retry', '/retry', 400, order({ everything: true }));
    const text = {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"states":["partial"]}',
    };
    await answered('/retry', '/retry', 400, text);
    await answered('/pause', '/pause', 400, order({ why: 7 }));
    await answered('/pause', '/pause', 400, { ...order(), body: '{' });
    for (const [path, what, asked] of [
      ['/retry', /everything/, order({ everything: true })],
      ['/retry', /^states\.0: .*failed.*partial/, order({ states: ['delivered'] })],
      ['/pause', /^why: .*string/, order({ why: 7 })],
      ['/pause', /no JSON/, { ...order(), body: '{' }],
      ['/exams?state=nothing', /^state: one of waiting/, {}],
      ['/exams?limit=9999', /^limit: .*500/, {}],
    ] as const) {
      const { detail } = (await (await called(path, asked)).json()) as { detail: string };
      expect(detail, path).to.match(what);
    }
    expect((await called('/nothing')).status).to.equal(404);
  });

  it('takes no order from a page of somebody else', async () => {
    for (const headers of [
      ['sec-fetch-site', 'cross-site'],
      ['origin', 'https://elsewhere.example'],
    ] as const) {
      const { status } = await called('/pause', { method: 'POST', headers: [[...headers]] });
      // 421: it came by way of somebody who passes on what others send.
      expect(status).to.be.oneOf([403, 421]);
    }
    expect(await running.service.ledger.pausing()).to.equal(undefined);
  });

  it('says at the door, as described, who is missing and who may not', async () => {
    const users = [
      { name: 'berta', role: 'see' as const, passwordHash: await hashPassword('correct horse') },
    ];
    const listen = { host: '127.0.0.1', port: 0 };
    const guarded = await startAdmin({ listen, users, desk: madeDesk([]) }, async () => STATES.busy);
    const authorization = `Basic ${Buffer.from('berta:correct horse').toString('base64')}`;
    try {
      for (const [method, address, headers, status] of [
        ['get', '/service', undefined, 401],
        ['post', '/pause', { authorization }, 403],
        ['get', '/service', { authorization }, 200],
      ] as const) {
        const response = await fetch(new URL(`api/v1${address}`, guarded.url), {
          method,
          ...(headers && { headers }),
        });
        expect(response.status).to.equal(status);
        const described = document.paths[address]![method]!.responses[String(status)]!;
        const [type] = response.headers.get('content-type')!.split(';');
        expect(Object.keys(described.content)).to.deep.equal([type]);
      }
    } finally {
      await guarded.close();
    }
  });

  it('pauses and goes on, and every other answer says so', async () => {
    const { pause } = await answered<{ pause: object }>(
      '/pause',
      '/pause',
      200,
      order({ why: 'PACS upgrade' }),
    );
    expect(pause).to.include({ why: 'PACS upgrade' });
    await running.service.audit.trail.written();
    const noted = await auditEntries(running.settings.audit.folder, { limit: 50 });
    const by = `${existsSync('/proc/net/tcp') ? accountName() : 'somebody'} on this machine`;
    expect(noted.at(-2)).to.deep.include({ by, about: ['pause'], failure: undefined });
    expect(noted.at(-1)).to.deep.include({ by, about: ['pause: done'], failure: undefined });
    const waits = running.arrives('paused');
    await running.service.poller.cycle();
    expect((await running.service.ledger.list({ studyInstanceUID: waits }))[0]!.state).to.equal('waiting');
    expect(await answered('/service', '/service')).to.deep.include({ level: 'paused', pause });
    expect(await answered('/queue', '/queue')).to.include({ ready: 1 });
    for (const path of ['/health', '/health/ready']) {
      const response = await fetch(new URL(path, running.admin.url));
      expect(response.status, path).to.equal(503);
      expect(await response.text()).to.contain('paused by');
    }
    const metrics = await (await fetch(new URL('/metrics', running.admin.url))).text();
    expect(metrics).to.contain('mamori_paused 1\n');

    expect(await answered('/go-on', '/go-on', 200, order())).to.deep.equal({ pause });
    await running.service.poller.cycle();
    expect((await running.service.ledger.list({ studyInstanceUID: waits }))[0]!.state).to.equal('delivered');
    expect(await answered('/service', '/service')).to.include({ level: 'good' });
  });

  it('has what failed tried again, by study and by reason', async () => {
    const { ledger } = running.service;
    const [served] = await ledger.list({ limit: 1 });
    const given = async (study: string) => {
      const exam = { ...served!, studyInstanceUID: study };
      await ledger.observe(exam, { fingerprint: 'x' });
      const claim = (await ledger.claim(exam, 'test', 60_000))!;
      await ledger.giveUp(claim, { code: 'images-unreadable', reason: 'Two images could not be read.' });
    };
    await given('2.25.71');
    await given('2.25.72');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const { reasons } = await answered<{ reasons: object[] }>('/reasons', '/reasons');
    expect(reasons).to.have.lengthOf(1);
    expect(reasons[0]).to.include({ code: 'images-unreadable', exams: 2, mayRetry: true, isRight: false });
    expect(reasons[0]).to.have.property('todo');
    // The day's figures are a little older than the rest.
    let level: unknown;
    while (level !== 'attention') {
      ({ level } = await answered('/service', '/service'));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(await answered('/exams/{study}/retry', '/exams/2.25.71/retry', 200, order())).to.deep.equal({
      exams: 1,
      earlier: 0,
    });
    expect(await answered('/retry', '/retry', 200, order({ codes: ['none'] }))).to.deep.equal({
      exams: 0,
      earlier: 0,
    });
    expect(
      await answered(
        '/retry',
        '/retry',
        200,
        order({ states: ['not-processed'], codes: ['images-unreadable'] }),
      ),
    ).to.deep.equal({ exams: 1, earlier: 0 });
    expect(await ledger.counts()).to.include({ 'not-processed': 0 });
  });

  it('has an exam of an earlier version processed again', async () => {
    const address = '/exams/{study}/reprocess';
    await answered(address, '/exams/2.25.404/reprocess', 404, order());
    await answered(address, `/exams/${whole}/reprocess`, 409, order());
    const { ledger, poller } = running.service;
    const [served] = await ledger.list({ studyInstanceUID: whole });
    const earlier = { ...served!, studyInstanceUID: running.arrives('earlier'), modelVersion: '0.9.0' };
    await ledger.observe(earlier, { fingerprint: 'x' });
    const claim = (await ledger.claim(earlier, 'test', 60_000))!;
    await ledger.giveUp(claim, { code: 'images-unreadable', reason: 'Two images could not be read.' });
    const path = `/exams/${earlier.studyInstanceUID}`;
    // Tried again it would wait for a service that is gone.
    await answered('/exams/{study}/retry', `${path}/retry`, 409, order());
    expect((await ledger.find(earlier))!.state).to.equal('not-processed');
    const those = order({ states: ['not-processed'], codes: ['images-unreadable'] });
    expect(await answered('/retry', '/retry', 200, those)).to.deep.equal({ exams: 0, earlier: 1 });
    const { ways } = (await answered<{ works: { ways: object }[] }>('/exams/{study}', path)).works[0]!;
    expect(ways).to.deep.equal({ retry: false, reprocess: true, adopt: false });
    expect(await answered(address, `${path}/reprocess`, 200, order())).to.deep.equal({ outcome: 'taken-up' });
    await poller.cycle();
    const { works } = await answered<{ works: { isServed: boolean; state: string }[] }>(
      '/exams/{study}',
      path,
    );
    expect(works.map(({ isServed, state }) => [isServed, state])).to.deep.equal([
      [true, 'delivered'],
      [false, 'not-processed'],
    ]);
  });

  it('has an exam of an earlier version tried again that only has to be delivered', async () => {
    const { ledger } = running.service;
    const [served] = await ledger.list({ studyInstanceUID: whole });
    const earlier = { ...served!, studyInstanceUID: '2.25.81', modelVersion: '0.9.0' };
    await ledger.observe(earlier, { fingerprint: 'x' });
    const claim = (await ledger.claim(earlier, 'test', 60_000))!;
    const { modelName, modelVersion, settingsDigest } = served!;
    const due = () => ledger.countDue({ modelName, modelVersion, settingsDigest });
    const object = {
      kind: 'tid1500' as const,
      sopClassUID: '1',
      seriesInstanceUID: '2',
      sopInstanceUID: '3',
    };
    await ledger.keepObjects(claim, [{ ...object, bytes: new Uint8Array(9) }], { kind: 'processed' });
    await ledger.giveUp(claim, { code: 'delivery-refused', reason: 'The PACS refused the results.' });
    const before = await due();
    expect(await answered('/exams/{study}/retry', '/exams/2.25.81/retry', 200, order())).to.deep.equal({
      exams: 1,
      earlier: 0,
    });
    expect(await ledger.find(earlier)).to.include({ state: 'failed', modelVersion: '0.9.0' });
    // Any service delivers it.
    expect(await due()).to.equal(before + 1);
  });

  it('answers in two seconds while the ledger does not, with what was known and since when', async () => {
    deaf = true;
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const service = await answered<{ ledger: object; troubles: object[] }>('/service', '/service');
    expect(service).to.include({ level: 'trouble', headline: 'Not working: the ledger does not answer' });
    expect(service.ledger).to.include({ answers: false, code: 'ledger-slow' }).and.have.property('toldAt');
    expect(service.troubles[0]).to.have.property('todo');
    await answered('/exams/{study}', `/exams/${whole}`, 503);
    await answered('/exams', '/exams', 503);
    for (const [path, status] of [
      ['/', 200],
      ['/metrics', 200],
      ['/health', 503],
      ['/health/ready', 503],
      ['/health/live', 200],
    ] as const) {
      const asked = performance.now();
      expect((await fetch(new URL(path, running.admin.url))).status, path).to.equal(status);
      // Two seconds and what a busy machine takes; the ledger never answers.
      expect(performance.now() - asked, path).to.be.lessThan(10_000);
    }
    deaf = false;
  }).timeout(120_000);

  it('says so where the archive gives nothing', async () => {
    await running.archive.close();
    await answered('/exams/{study}/report', `/exams/${whole}/report`, 502);
  });

  it('was held to its description at every address', () => {
    const all = Object.entries(document.paths).flatMap(([address, methods]) =>
      Object.keys(methods).map((method) => `${method} ${address}`),
    );
    expect([...seen].sort()).to.deep.equal(all.sort());
  });
});
