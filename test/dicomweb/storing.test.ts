import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';
import { dataset, json, sequence } from './scriptedServer.js';
import { Setting } from './setting.js';

const one = smallObject('one', { study: 's' });
const two = smallObject('two', { study: 's' });
const study = one.studyInstanceUID;
const [a, b] = [one.sopInstanceUID, two.sopInstanceUID];

const referenced = (uid: string, more: Record<string, unknown> = {}) => ({
  ...dataset({ '00081150': one.sopClassUID, '00081155': uid }),
  ...more,
});
const failed = (uid: string, code: number) => referenced(uid, dataset({ '00081197': code }));

describe('What a STOW-RS answer says', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  const stored = async (status: number, body: unknown, type = 'application/dicom+json') => {
    const { web } = await setting.pair((_seen, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    return web.store(asUid(study), [one, two]);
  };
  const outcomes = (answer: { instances: { outcome: string }[] }) => answer.instances.map((i) => i.outcome);

  it('200 with both lists', async () => {
    const answer = await stored(200, {
      '00081199': sequence(referenced(a)),
      '00081198': sequence(failed(b, 0xa700)),
    });
    expect(answer.instances).to.deep.equal([
      { sopInstanceUID: a, outcome: 'stored' },
      { sopInstanceUID: b, outcome: 'refused', reason: { code: 0xa700, meaning: 'out of resources' } },
    ]);
  });

  it('202: some are stored, some not', async () => {
    const answer = await stored(202, {
      '00081199': sequence(referenced(b)),
      '00081198': sequence(failed(a, 0x0122)),
    });
    expect(answer.status).to.equal(202);
    expect(outcomes(answer)).to.deep.equal(['refused', 'stored']);
    expect(answer.instances[0]!.reason!.meaning).to.equal('SOP class not supported');
  });

  it('409 with an instance stored all the same', async () => {
    const answer = await stored(409, {
      '00081199': sequence(referenced(a)),
      '00081198': sequence(failed(b, 0xc409)),
    });
    expect(outcomes(answer)).to.deep.equal(['stored', 'refused']);
  });

  it('400 with an empty FailedSOPSequence says nothing about the one it leaves out', async () => {
    const answer = await stored(400, { '00081199': sequence(referenced(a)), '00081198': sequence() });
    expect(outcomes(answer)).to.deep.equal(['stored', 'unknown']);
  });

  it('200 with both lists empty is not a success', async () => {
    expect(outcomes(await stored(200, { '00081199': sequence(), '00081198': sequence() }))).to.deep.equal([
      'unknown',
      'unknown',
    ]);
  });

  for (const [what, body, type] of [
    ['an empty body', '', 'application/dicom+json'],
    ['a web page', '<html><body>Welcome</body></html>', 'text/html'],
    ['broken JSON', '{"00081199":', 'application/dicom+json'],
    ['an empty object', '{}', 'application/dicom+json'],
  ] as const) {
    it(`200 with ${what} leaves everything open`, async () => {
      expect(outcomes(await stored(200, body, type))).to.deep.equal(['unknown', 'unknown']);
    });
  }

  it('an instance that was not sent is not taken for one that was', async () => {
    expect(outcomes(await stored(200, { '00081199': sequence(referenced('1.2.3')) }))).to.deep.equal([
      'unknown',
      'unknown',
    ]);
  });

  it('an instance in both lists counts as refused', async () => {
    const answer = await stored(200, {
      '00081199': sequence(referenced(a)),
      '00081198': sequence(failed(a, 0x0110)),
    });
    expect(outcomes(answer)).to.deep.equal(['refused', 'unknown']);
  });

  it('a warning does not hide that the instance is stored', async () => {
    const answer = await stored(202, {
      '00081199': sequence(referenced(a, dataset({ '00081196': 0xb000 })), referenced(b)),
    });
    expect(answer.instances[0]).to.deep.equal({
      sopInstanceUID: a,
      outcome: 'stored',
      warning: { code: 0xb000, meaning: 'data elements were coerced' },
    });
  });

  it('a duplicate is told apart, as microsoft/dicom-server numbers it', async () => {
    const answer = await stored(409, { '00081198': sequence(failed(a, 45070), failed(b, 43264)) });
    expect(answer.instances[0]).to.include({ outcome: 'refused', duplicate: true });
    expect(answer.instances[1]).not.to.have.property('duplicate');
  });

  it('failures without a UID are passed on', async () => {
    const answer = await stored(202, {
      '00081199': sequence(referenced(a)),
      '0008119A': sequence(dataset({ '00081197': 0xc000 })),
    });
    expect(answer.otherFailures).to.deep.equal([{ code: 0xc000, meaning: 'cannot be understood' }]);
    expect(outcomes(answer)).to.deep.equal(['stored', 'unknown']);
  });

  it('the same in XML', async () => {
    const attribute = (tag: string, vr: string, value: string) =>
      `<DicomAttribute tag="${tag}" vr="${vr}"><Value number="1">${value}</Value></DicomAttribute>`;
    const item = (uid: string, extra = '') => `<Item number="1">
      ${attribute('00081150', 'UI', '1.2')}
      ${attribute('00081155', 'UI', uid)}
      ${extra}</Item>`;
    const answer = await stored(
      409,
      `<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">
        <DicomAttribute tag="00081198" vr="SQ">${item(b, attribute('00081197', 'US', '49161'))}</DicomAttribute>
        <DicomAttribute tag="00081199" vr="SQ">${item(a)}</DicomAttribute></NativeDicomModel>`,
      'application/dicom+xml',
    );
    expect(answer.instances).to.deep.equal([
      { sopInstanceUID: a, outcome: 'stored' },
      { sopInstanceUID: b, outcome: 'refused', reason: { code: 0xc009, meaning: 'cannot be understood' } },
    ]);
  });

  it('XML that expands without end or nests without end is no answer', async () => {
    const entities = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">';
    const laughs = `<!DOCTYPE x [${entities}]><NativeDicomModel>&b;</NativeDicomModel>`;
    expect(outcomes(await stored(200, laughs, 'application/dicom+xml'))).to.deep.equal([
      'unknown',
      'unknown',
    ]);
    const deep = `<NativeDicomModel>${'<Item>'.repeat(100_000)}`;
    expect(outcomes(await stored(200, deep, 'application/dicom+xml'))).to.deep.equal(['unknown', 'unknown']);
  });

  it('one instance that is refused with a bare 400 is an error', async () => {
    const { web } = await setting.pair((_seen, response) => void response.writeHead(400).end('no'));
    expect(await caught(web.store(asUid(study), [one]))).to.include({
      code: 'pacs-refused',
      status: 400,
      transient: false,
    });
  });

  it('415 and 403 are errors, and are not tried again', async () => {
    for (const [status, code] of [
      [415, 'pacs-refused'],
      [403, 'pacs-unauthorised'],
    ] as const) {
      const { web, server } = await setting.pair((_seen, response) => void response.writeHead(status).end());
      expect(await caught(web.store(asUid(study), [one, two]))).to.include({
        code,
        status,
        transient: false,
      });
      expect(server.seen).to.have.length(1);
    }
  });

  it('413 for all together is tried one by one', async () => {
    const { web, server } = await setting.pair((seen, response) => {
      if (seen.body.length > one.bytes.length * 1.5) response.writeHead(413).end();
      else json(response, { '00081199': sequence(referenced(seen.body.includes(a) ? a : b)) });
    });
    const answer = await web.store(asUid(study), [one, two]);
    expect(outcomes(answer)).to.deep.equal(['stored', 'stored']);
    expect(server.seen).to.have.length(3);
  });

  it('413 for a single one is a refusal', async () => {
    const { web } = await setting.pair((_seen, response) => void response.writeHead(413).end());
    expect(await caught(web.store(asUid(study), [one]))).to.include({
      code: 'pacs-refused',
      status: 413,
      transient: false,
    });
  });

  it('a lost answer is asked for again with the same bytes', async () => {
    let lost = 0;
    const { web, server } = await setting.pair((_seen, response, request) => {
      lost += 1;
      if (lost <= 2) request.socket.destroy();
      else json(response, { '00081199': sequence(referenced(a), referenced(b)) });
    });
    expect(outcomes(await web.store(asUid(study), [one, two]))).to.deep.equal(['stored', 'stored']);
    expect(server.seen.every((s) => s.body.equals(server.seen[0]!.body) || s.body.length === 0)).to.equal(
      true,
    );
    const { body, headers } = server.seen.at(-1)!;
    expect(headers['content-length']).to.equal(String(body.length));
    expect(headers['content-type']).to.match(/^multipart\/related; type="application\/dicom"; boundary=/);
    expect(headers).not.to.have.property('content-encoding');
    expect(headers.accept).to.equal('application/dicom+json');
    expect([one, two].every(({ bytes }) => body.includes(Buffer.from(bytes)))).to.equal(true);
  });

  it('nothing to store asks nothing', async () => {
    const { web, server } = await setting.pair((_seen, response) => void response.writeHead(500).end());
    expect((await web.store(asUid(study), [])).instances).to.deep.equal([]);
    expect(server.seen).to.have.length(0);
  });
});

describe('Reading back', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());
  const listed = (uid: string) =>
    dataset({ '0020000D': study, '0020000E': '1.2', '00080018': uid, '00080016': one.sopClassUID });

  it('asks the metadata for what the query does not list yet', async () => {
    const { web } = await setting.pair((seen, response) => {
      if (seen.path.endsWith('/metadata')) json(response, [listed(a), listed(b)]);
      else json(response, seen.parameters.get('offset') === '0' ? [listed(a)] : []);
    });
    expect(await web.confirm(asUid(study), [a, b])).to.deep.equal({ present: [a, b], missing: [] });
  });

  it('does with the query alone where metadata are not available', async () => {
    const { web } = await setting.pair((seen, response) => {
      if (seen.path.endsWith('/metadata')) response.writeHead(406).end();
      else json(response, seen.parameters.get('offset') === '0' ? [listed(a)] : []);
    });
    expect(await web.confirm(asUid(study), [a, b])).to.deep.equal({ present: [a], missing: [b] });
  });

  it('is an error, and not "missing", where neither is available', async () => {
    const { web } = await setting.pair((_seen, response) => void response.writeHead(403).end());
    expect(await caught(web.confirm(asUid(study), [a]))).to.include({ code: 'pacs-unauthorised' });
  });

  it('does not take another study for the one that was asked for', async () => {
    const { web } = await setting.pair((_seen, response) =>
      json(response, [{ ...listed(a), ...dataset({ '0020000D': '1.2.3' }) }]),
    );
    expect(await web.confirm(asUid(study), [a])).to.deep.equal({ present: [], missing: [a] });
  });
});
