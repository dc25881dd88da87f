import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { type AdminServer, openMetrics, type StatusSnapshot, startAdmin } from '../../src/admin/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { EARLIER_WORK, EXAM_SHOWN, madeDesk } from './states.js';

const NOW = new Date('2026-03-01T10:00:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

function snapshot(): StatusSnapshot {
  return {
    version: '0.1.0',
    startedAt: ago(86_400),
    now: NOW,
    service: {
      state: 'waiting',
      lastCycle: { startedAt: ago(21), endedAt: ago(20), searched: true, studies: 12, exams: 2 },
      staleAfterSeconds: 120,
    },
    pacs: { url: 'https://pacs.example/dicom-web', reachable: true },
    model: {
      name: 'ddsm-mass',
      version: '1.0.0',
      engine: 'onnxruntime',
      device: 'cpu',
      reason: 'No GPU here.',
    },
    counts: {
      waiting: 1,
      claimed: 0,
      delivering: 1,
      failed: 2,
      delivered: 40,
      partial: 5,
      'not-processed': 3,
    },
    ledger: { toldAt: NOW },
    queue: 4,
    reasons: [],
    day: [],
    exams: [
      {
        studyInstanceUID: '2.25.1',
        state: 'delivered',
        revision: 2,
        attempts: 1,
        firstSeen: ago(90),
        lastChange: ago(90),
        updatedAt: ago(30),
        closedAt: ago(30),
      },
      {
        studyInstanceUID: '2.25.2',
        state: 'failed',
        revision: 1,
        attempts: 3,
        code: 'pacs-unreachable',
        reason: 'The PACS does not answer.',
        firstSeen: ago(900),
        lastChange: ago(900),
        updatedAt: ago(60),
        retryAt: ago(-60),
      },
    ],
  };
}

describe('status page', () => {
  let admin: AdminServer | undefined;
  let answer: () => StatusSnapshot;
  const serve = async (options: Partial<Parameters<typeof startAdmin>[0]> = {}): Promise<AdminServer> => {
    admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 }, ...options }, async () => answer());
    return admin;
  };
  const get = (path: string, init?: RequestInit) => fetch(new URL(path, admin!.url), init);
  const basic = (user: string) => ({
    headers: { Authorization: `Basic ${Buffer.from(user).toString('base64')}` },
  });

  beforeEach(() => {
    answer = snapshot;
  });
  afterEach(async () => {
    await admin?.close();
    admin = undefined;
  });

  it('shows what an administrator asks first', async () => {
    await serve();
    const response = await get('/');
    const text = await response.text();
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    for (const word of [
      'All is well: waiting for new exams',
      'Waiting for new exams',
      'https://pacs.example/dicom-web',
      'ddsm-mass 1.0.0',
      'onnxruntime on cpu',
      '12 mammography studies, 2 worked on',
      '2.25.1',
      'revision 2',
      'The PACS does not answer.',
      'to be retried',
      '3 not processed',
      '5 partial',
      'http-equiv="refresh"',
      'not for primary diagnosis',
    ]) {
      expect(text).to.contain(word);
    }
  });

  it('says that the PACS refuses us, and until when it is not asked', async () => {
    const leftAlone = { code: 'pacs-unauthorised', until: ago(-600) };
    const pacs = { url: 'http://p', reachable: false, problem: 'refused', since: ago(60), leftAlone };
    answer = () => ({ ...snapshot(), pacs });
    await serve();
    const text = await (await get('/')).text();
    expect(text).to.match(
      /Refuses us since <time [^>]*>[^<]*<\/time> \(60 s\); not asked before <time [^>]*T10:10:00/,
    );
    expect(await (await get('/metrics')).text()).to.contain(
      'mamori_pacs_left_alone{reason="pacs-unauthorised"} 1\n',
    );
  });

  it('says in words what needs attention', async () => {
    answer = () => ({
      ...snapshot(),
      pacs: { url: 'http://p', reachable: false, problem: 'no answer in 10 s', since: ago(3600) },
    });
    await serve();
    const text = await (await get('/')).text();
    expect(text).to.contain('Not working: the PACS cannot be used').and.contain('no answer in 10 s');
    expect(text).to.match(/<title>! Not working/);
    expect(text).to.match(/Not reachable since <time datetime="2026-03-01T09:00:00/);
  });

  it('names what travels unencrypted, and says nothing of it where nothing does', async () => {
    await serve();
    const page = async () => (await get('/')).text();
    expect(await page()).not.to.contain('Not encrypted');
    answer = () => ({ ...snapshot(), unencrypted: [{ setting: 'pacs.url', to: 'pacs.example:8042' }] });
    expect(await page())
      .to.contain('Not encrypted')
      .and.contain('pacs.url to pacs.example:8042');
  });

  /** The button that gives an order, as it stands on the page. */
  const button = (text: string, id: string) =>
    new RegExp(`<button type="button" id="${id}".*?</button>[^<]*(<span.*?</span>)?`, 's').exec(text)?.[0];
  const reasons = [
    {
      state: 'failed',
      code: 'pacs-timed-out',
      exams: 2,
      latest: ago(60),
      reason: 'Too late.',
      isRight: false,
    },
  ];

  it('offers no order that cannot be given while the ledger is away, and says why', async () => {
    const ledger = { toldAt: ago(60), problem: 'The ledger cannot be reached.', code: 'ledger-unreachable' };
    const pausing = { since: ago(600), by: 'anna' };
    await serve({ desk: {} as never });
    for (const [shown, ids] of [
      [{ reasons }, ['pause', 'retry-new-0']],
      [{ reasons, pausing }, ['go-on', 'retry-new-0']],
    ] as const)
      for (const isAway of [false, true]) {
        answer = () => ({ ...snapshot(), ...shown, ...(isAway && { ledger }) });
        const text = await (await get('/')).text();
        for (const id of ids) {
          expect(button(text, id)?.includes('data-order'), `${id}, away: ${isAway}`).to.equal(!isAway);
          if (!isAway) continue;
          expect(button(text, id))
            .to.contain('aria-disabled="true"')
            .and.contain(`aria-describedby="${id}-why"`);
          expect(button(text, id)).to.contain(`id="${id}-why">Not while the ledger does not answer`);
        }
      }
  });

  it('offers no order while the audit trail cannot be written, and all while it is only not sent on', async () => {
    await serve({ desk: madeDesk([], () => {}, EARLIER_WORK) });
    for (const refusesOrders of [true, false]) {
      answer = () => ({ ...snapshot(), reasons, audit: { problem: 'It is in trouble.', refusesOrders } });
      for (const [path, ids] of [
        ['/', ['pause', 'retry-new-0']],
        [`/exams/${EXAM_SHOWN}`, ['reprocess']],
      ] as const) {
        const text = await (await get(path)).text();
        for (const id of ids) {
          expect(button(text, id)?.includes('data-order'), `${id}, ${refusesOrders}`).to.equal(
            !refusesOrders,
          );
          if (refusesOrders)
            expect(button(text, id)).to.contain(`id="${id}-why">Not while the audit trail cannot be written`);
        }
      }
    }
  });

  it('draws the share of failures on a scale that shows small ones, and says where it ends', async () => {
    const stretch = { from: ago(1800), delivered: 0, partial: 0, notProcessed: 0, failed: 0 };
    await serve();
    for (const [failed, delivered, top, height] of [
      [0, 40, 5, undefined],
      [1, 99, 5, 20],
      [3, 47, 10, 60],
      [1, 3, 50, 50],
      [3, 1, 100, 75],
    ] as const) {
      answer = () => ({ ...snapshot(), day: [{ ...stretch, failed, delivered }] });
      const text = await (await get('/')).text();
      const plot = /<figure[^>]*><figcaption><strong>Failures[\s\S]*?<\/figure>/.exec(text)![0];
      expect(plot)
        .to.contain(failed === 0 ? 'None failed' : `The scale ends at ${top} %.`)
        .and.contain(`${top} % of the exams of half an hour`);
      expect(/height="([\d.]+)"\/>/.exec(plot)?.[1], `${failed} of ${failed + delivered}`).to.equal(
        height === undefined ? undefined : String(height),
      );
    }
  });

  it('escapes whatever it is given', async () => {
    await serve();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'x', '/', ' ') }),
        async (text) => {
          const evil = `<script>${text}</script>"'><img src=x onerror=alert(1)>`;
          answer = () => {
            const given = snapshot();
            return {
              ...given,
              version: evil,
              pacs: { url: evil, reachable: false, problem: evil },
              model: { name: evil, version: evil, engine: evil, device: evil, reason: evil },
              counts: { [evil]: 1 },
              exams: [{ ...given.exams[0]!, studyInstanceUID: evil, state: evil, code: evil, reason: evil }],
            };
          };
          const page = await (await get('/')).text();
          expect(page).not.to.match(/<script(?! type="module" src="\/assets\/page.mjs"><)|<img/);
          expect(page.match(/<[a-z0-9]+/g)?.filter((tag) => !TAGS.includes(tag.slice(1)))).to.deep.equal([]);
        },
      ),
      { numRuns: 30 },
    );
  });
  const TAGS = (
    'html head meta noscript title link script body header nav main footer section article figure figcaption h1 h2 ' +
    'h3 p a span strong code br div ul ol li dl dt dd table thead tbody tr th td time button details summary ' +
    'svg line rect'
  ).split(' ');

  it('loads and runs nothing but its own two files, and is shown in no frame', async () => {
    await serve();
    const response = await get('/');
    const text = await response.text();
    expect(text).not.to.match(/<style|\sstyle=|\son[a-z]+=|https?:\/\/(?!pacs\.example)|@import|url\(/);
    const loaded = [...text.matchAll(/(?:src|<link[^>]* href)="([^"]*)"/g)].map(([, address]) => address);
    expect(loaded).to.deep.equal(['data:,', '/assets/page.css', '/assets/page.mjs']);
    for (const [address, type] of [
      ['/assets/page.css', 'text/css; charset=utf-8'],
      ['/assets/page.mjs', 'text/javascript; charset=utf-8'],
    ] as const)
      expect((await get(address)).headers.get('content-type')).to.equal(type);
    expect((await get('/assets/..%2fserver.js')).status).to.equal(404);
    expect((await get('/assets/constructor')).status).to.equal(404);
    const policy = response.headers.get('content-security-policy');
    expect(policy)
      .to.contain("default-src 'none'")
      .and.contain("frame-ancestors 'none'")
      .and.not.contain('unsafe');
    expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(response.headers.get('x-powered-by')).to.equal(null);
  });

  it('knows no other path, and takes nothing in', async () => {
    await serve();
    expect((await get('/etc/passwd')).status).to.equal(404);
    expect((await get('/%c0%ae%zz')).status).to.be.within(400, 503);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await get('/', { method });
      expect(response.status, method).to.equal(405);
      expect(response.headers.get('allow')).to.equal('GET, HEAD');
    }
  });

  describe('/health', () => {
    it('is 200 when the service is well', async () => {
      await serve();
      const response = await get('/health');
      expect(response.status).to.equal(200);
      expect(await response.json()).to.deep.include({
        status: 'ok',
        problems: [],
        version: '0.1.0',
        state: 'waiting',
      });
    });

    const ill: [what: string, change: (good: StatusSnapshot) => StatusSnapshot][] = [
      ['the PACS is not reachable', (good) => ({ ...good, pacs: { url: 'x', reachable: false } })],
      [
        'the last cycle met trouble of its own',
        (good) => ({ ...good, service: { ...good.service, problem: 'The disk is full.' } }),
      ],
      ['it is stopping', (good) => ({ ...good, service: { ...good.service, state: 'stopping' } })],
      [
        'it has not looked at the PACS for long',
        (good) => ({
          ...good,
          service: { ...good.service, lastCycle: { ...good.service.lastCycle!, endedAt: ago(121) } },
        }),
      ],
      [
        'it never looked at the PACS since it started long ago',
        (good) => ({ ...good, service: { ...good.service, lastCycle: undefined } }),
      ],
      [
        'it cannot tell',
        () => {
          throw new Error('the ledger is gone');
        },
      ],
    ];
    for (const [what, change] of ill) {
      it(`is 503 with the reason when ${what}`, async () => {
        answer = () => change(snapshot());
        await serve();
        const response = await get('/health');
        expect(response.status).to.equal(503);
        const body = (await response.json()) as { status: string; problems: string[] };
        expect(body.status).to.equal('unwell');
        expect(body.problems).to.have.lengthOf(1);
        expect(JSON.stringify(body)).not.to.contain('the ledger is gone');
      });
    }

    const codes = async () => {
      const paths = ['/health', '/health/live', '/health/ready'];
      return Promise.all(paths.map(async (path) => (await get(path)).status));
    };

    it('is not well while most exams fail, though the service is live and ready', async () => {
      answer = () => ({
        ...snapshot(),
        recent: { ended: 24, failed: 22, partial: 0, mostly: 'The engine failed.' },
      });
      await serve();
      expect(await codes()).to.deep.equal([503, 200, 200]);
      const { problems } = (await (await get('/health')).json()) as { problems: string[] };
      expect(problems).to.deep.equal(['22 of the last 24 exams failed. Most often: The engine failed.']);
      expect(await (await get('/metrics')).text()).to.contain('mamori_recent_exams{result="failed"} 22\n');
      answer = () => ({ ...snapshot(), recent: { ended: 4, failed: 4, partial: 0, mostly: undefined } });
      expect(await codes()).to.deep.equal([200, 200, 200]);
    });

    it('is not well while the audit trail is not kept, though the service is live and ready', async () => {
      answer = () => ({
        ...snapshot(),
        audit: { problem: 'The audit trail cannot be written.', refusesOrders: true },
      });
      await serve();
      expect(await codes()).to.deep.equal([503, 200, 200]);
      expect(await (await get('/')).text()).to.contain('The audit trail cannot be written.');
    });

    it('is well during a long first look that gets on, and not when it does not', async () => {
      const looking = (secondsAgo: number): StatusSnapshot => {
        const good = snapshot();
        const service = { ...good.service, state: 'looking' as const, lastSign: ago(secondsAgo) };
        return {
          ...good,
          service: { ...service, lastCycle: undefined },
          pacs: { url: 'x', reachable: undefined },
        };
      };
      answer = () => looking(5);
      await serve();
      expect(await codes()).to.deep.equal([200, 200, 200]);
      answer = () => looking(121);
      expect(await codes()).to.deep.equal([503, 200, 503]);
      answer = () => looking(601);
      expect(await codes()).to.deep.equal([503, 503, 503]);
    });

    it('is well during long work that gets on, and to be started again when an exam hangs', async () => {
      const working = (minutesAgo: number): StatusSnapshot => {
        const good = snapshot();
        // Looks beside the work say nothing of it.
        const service = { ...good.service, state: 'working' as const, lastSign: ago(1) };
        return { ...good, service: { ...service, lastStep: ago(minutesAgo * 60) } };
      };
      answer = () => working(29);
      await serve();
      expect(await codes()).to.deep.equal([200, 200, 200]);
      answer = () => working(31);
      expect(await codes()).to.deep.equal([503, 503, 503]);
      const { problems } = (await (await get('/health')).json()) as { problems: string[] };
      expect(problems).to.deep.equal(['The exam that is worked on has not got on for 31 minutes.']);
      // A service that is stopping is not killed for it.
      answer = () => ({ ...working(31), service: { ...working(31).service, state: 'stopping' } });
      expect((await codes())[1]).to.equal(200);
    });

    it('asks for no new start when the PACS is away, or the state cannot be told', async () => {
      answer = () => ({ ...snapshot(), pacs: { url: 'x', reachable: false } });
      await serve();
      expect(await codes()).to.deep.equal([503, 200, 503]);
      answer = () => {
        throw new Error('the ledger is gone');
      };
      expect(await codes()).to.deep.equal([503, 200, 503]);
    });

    it('is well during a long piece of work', async () => {
      answer = () => {
        const good = snapshot();
        const lastCycle = { ...good.service.lastCycle!, endedAt: ago(9999) };
        return { ...good, service: { ...good.service, state: 'working', lastCycle } };
      };
      await serve();
      expect((await get('/health')).status).to.equal(200);
    });
  });

  describe('/metrics', () => {
    it('are in Prometheus’ text format', async () => {
      answer = () => ({ ...snapshot(), model: { ...snapshot().model, name: 'a "b" \\ c\nd' } });
      await serve();
      const response = await get('/metrics');
      expect(response.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
      const text = await response.text();
      for (const line of text.split('\n').filter((one) => one !== '')) {
        expect(line).to.match(
          /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? -?[\d.e+]+)$/,
        );
      }
      expect(text).to.contain('mamori_exams{state="not-processed"} 3\n');
      expect(text).to.contain('mamori_exams{state="partial"} 5\n');
      expect(text).to.contain('mamori_healthy 1\n').and.contain('mamori_queue_exams 4\n');
      expect(text).to.contain('model="a \\"b\\" \\\\ c\\nd"');
    });

    it('tell how long the stages of exams took since the start', async () => {
      const metrics = await openMetrics();
      admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 } }, async () => answer(), metrics);
      const stage = async (sample: string) =>
        Number(
          new RegExp(`^mamori_exam_stage_seconds_${sample} (.*)$`, 'm').exec(
            await (await get('/metrics')).text(),
          )?.[1],
        );
      expect(await stage('count{stage="fetch"}'), 'so that the first one counts').to.equal(0);
      metrics.observe({ fetch: 0.4, network: 0.03, store: 7 });
      metrics.observe({ store: 700 });
      expect(await stage('count{stage="fetch"}')).to.equal(1);
      expect(await stage('sum{stage="store"}')).to.equal(707);
      expect(await stage('bucket{le="10",stage="store"}')).to.equal(1);
      expect(await stage('bucket{le="\\+Inf",stage="store"}')).to.equal(2);
      expect(await stage('count{stage="keep"}')).to.equal(0);
    });

    it('count breasts by the side of the operating point that their answers lie on', async () => {
      const metrics = await openMetrics();
      admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 } }, async () => answer(), metrics);
      const breasts = [
        { laterality: 'R', answered: true, probability: 0.5, positive: true, views: ['CC', 'MLO'] },
        { laterality: 'L', answered: true, probability: 0.4321, positive: false, views: ['CC'] },
      ] as const;
      const rest = { operatingPoint: 0.5, probabilityName: 'Probability of cancer', notExcluded: 'cancer' };
      metrics.answered({ ...rest, breasts });
      metrics.answered({
        ...rest,
        breasts: [breasts[1], { laterality: 'R', answered: false, code: 'no-view' }],
      });
      const text = await (await get('/metrics')).text();
      for (const [side, count] of [
        ['at-or-above', 1],
        ['below', 2],
        ['not-analysed', 1],
      ])
        expect(text).to.contain(`mamori_breasts_total{answer="${side}"} ${count}\n`);
      expect(text).not.to.match(/4321|no-view/);
    });

    it('tell of alarms, notifications, disks and certificates', async () => {
      const metrics = await openMetrics();
      const listen = { host: '127.0.0.1', port: 0 };
      admin = await startAdmin({ listen }, async () => answer(), metrics);
      const text = async () => (await get('/metrics')).text();
      expect(await text()).to.contain('mamori_notifications_total{channel="email",result="failed"} 0\n');
      metrics.watch(() => ({
        alarms: [{ kind: 'disk' }, { kind: 'disk' }],
        unsent: 3,
        disks: [{ place: '/data', freeMegabytes: 1, totalMegabytes: 2 }],
        certificates: [{ of: 'the PACS', until: new Date(5000) }],
      }));
      metrics.notified('email', 'failed');
      for (const line of [
        'mamori_alarms{kind="disk"} 2',
        'mamori_notifications_total{channel="email",result="failed"} 1',
        'mamori_notifications_unsent 3',
        'mamori_disk_free_bytes{place="/data"} 1048576',
        'mamori_disk_size_bytes{place="/data"} 2097152',
        'mamori_certificate_expiry_seconds{of="the PACS"} 5',
        'mamori_pacs_breaker_open 0',
      ])
        expect(await text()).to.contain(`${line}\n`);
    });

    it('say nothing of what is not known yet', async () => {
      answer = () => ({
        ...snapshot(),
        pacs: { url: 'http://p', reachable: undefined },
        service: { ...snapshot().service, lastCycle: undefined },
      });
      await serve();
      const text = await (await get('/metrics')).text();
      expect(text).to.not.contain('mamori_pacs_reachable').and.not.contain('mamori_last_cycle');
    });
  });

  describe('with users', () => {
    const user = async (name: string, password: string) => ({
      users: [{ name, role: 'see' as const, passwordHash: await hashPassword(password) }],
    });

    it('lets in a program that knows one, in any script', async () => {
      await serve(await user('админ', 'pass:wörd'));
      for (const path of ['/', '/metrics', '/health', '/health/ready']) {
        expect((await get(path, basic('админ:pass:wörd'))).status).to.equal(200);
      }
    });

    it('keeps everyone else out, and tells them whether it lives', async () => {
      await serve(await user('admin', 'secret'));
      const wrong: (RequestInit | undefined)[] = [
        undefined,
        basic('admin:Secret'),
        basic('admin:'),
        basic(''),
        basic('other:secret'),
        { headers: { Authorization: 'Bearer secret' } },
        { headers: { Authorization: 'Basic %%%' } },
      ];
      for (const [index, init] of wrong.entries()) {
        const path = ['/', '/metrics', '/nothing', '/health', '/health/ready', '/api/v1/state'][index % 6]!;
        const response = await get(path, init);
        expect(response.status, `${path} ${JSON.stringify(init)}`).to.equal(401);
        expect(response.headers.get('www-authenticate')).to.match(/^Basic realm=/);
        expect(await response.text()).not.to.contain('2.25.');
        expect(await (await get('/health/live', init)).json()).to.deep.equal({ status: 'live' });
      }
    });
  });

  it('that cannot tell its state says so without details', async () => {
    answer = () => {
      throw new Error('password hunter2 refused');
    };
    await serve();
    for (const path of ['/', '/metrics']) {
      const response = await get(path);
      expect(response.status).to.equal(503);
      expect(await response.text()).to.equal('The service cannot tell its state; see the log\n');
    }
  });

  it('names an address that is taken', async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    const error = await startAdmin({ listen: { host: '127.0.0.1', port } }, async () => answer()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property('code', 'admin-listen');
    expect(error)
      .to.have.property('message')
      .that.contains(`127.0.0.1:${port} (EADDRINUSE: address already in use)`);
  });

  it('ends although a browser keeps its connection, and answers what is under way', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const server = await startAdmin({ listen: { host: '127.0.0.1', port: 0 } }, async () => {
      isAsked();
      await held;
      return snapshot();
    });
    const port = Number(new URL(server.url).port);
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    const pending = request(server.url);
    pending.end();
    await asked;
    const closed = server.close();
    release();
    const [response] = await once(pending, 'response');
    response.resume();
    expect(response.statusCode).to.equal(200);
    await closed;
    idle.destroy();
  });
});
