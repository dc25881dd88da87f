import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { caught } from './caught.js';
import { dataset, json } from './scriptedServer.js';
import { Setting } from './setting.js';

describe('Listing the instances of a study', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());
  const instance = (n: number, series?: string) =>
    dataset({
      '00080018': `1.9.${n}`,
      '00080016': '1.2',
      ...(series === undefined ? {} : { '0020000E': series }),
    });

  it('goes by series where the server lists no instances of a study', async () => {
    const { web } = await setting.pair((seen, response) => {
      const first = seen.parameters.get('offset') === '0';
      if (/\/studies\/1\.2\.3\/instances/.test(seen.path)) response.writeHead(404).end();
      else if (/\/series\?/.test(seen.path)) {
        json(
          response,
          first ? ['1.5', '1.6'].map((uid) => dataset({ '0020000E': uid, '00080060': 'MG' })) : [],
        );
      } else json(response, first ? [instance(seen.path.includes('/1.5/') ? 1 : 2)] : []);
    });
    const listed = await web.instances(asUid('1.2.3'));
    expect(
      listed.map(({ seriesInstanceUID, sopInstanceUID, modality }) => [
        seriesInstanceUID,
        sopInstanceUID,
        modality,
      ]),
    ).to.deep.equal([
      ['1.5', '1.9.1', 'MG'],
      ['1.6', '1.9.2', 'MG'],
    ]);
  });

  it('goes by series where instances come without theirs', async () => {
    const { web } = await setting.pair((seen, response) => {
      const first = seen.parameters.get('offset') === '0';
      if (/\/series\?/.test(seen.path)) json(response, first ? [dataset({ '0020000E': '1.5' })] : []);
      else json(response, first ? [instance(1)] : []);
    });
    expect((await web.instances(asUid('1.2.3')))[0]).to.include({
      seriesInstanceUID: '1.5',
      sopInstanceUID: '1.9.1',
    });
  });

  it('leaves out what is listed of another study, as by a server that does not honour the address', async () => {
    const { web } = await setting.pair((seen, response) => {
      const of = (study: string, n: number) =>
        dataset({ '0020000D': study, '0020000E': '1.5', '00080018': `1.9.${n}` });
      json(response, seen.parameters.get('offset') === '0' ? [of('1.2.3', 1), of('1.2.4', 2)] : []);
    });
    const listed = await web.instances(asUid('1.2.3'));
    expect(listed.map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal(['1.9.1']);
  });

  it('takes UIDs with the padding of a file for those that they are', async () => {
    const { web } = await setting.pair((seen, response) => {
      const padded = { '0020000D': '1.2.3\0', '0020000E': '1.5\0', '00080018': '1.9.1\0' };
      json(response, seen.parameters.get('offset') === '0' ? [dataset(padded)] : []);
    });
    const [only, ...others] = await web.instances(asUid('1.2.3'));
    expect(only).to.include({
      studyInstanceUID: '1.2.3',
      seriesInstanceUID: '1.5',
      sopInstanceUID: '1.9.1',
    });
    expect(others).to.deep.equal([]);
  });

  it('is pacs-not-found where the study is in no list', async () => {
    const { web } = await setting.pair((_seen, response) => void response.writeHead(404).end());
    expect(await caught(web.instances(asUid('1.2.3')))).to.include({ code: 'pacs-not-found' });
  });

  it('would rather fail than go on with a series that no address can name', async () => {
    const { web } = await setting.pair((_seen, response) => json(response, [instance(1, '../1.5')]));
    expect(await caught(web.instances(asUid('1.2.3')))).to.include({ code: 'pacs-answer-malformed' });
  });

  it('would rather fail than leave one out', async () => {
    const { web } = await setting.pair((_seen, response) =>
      json(response, [dataset({ '0020000E': '1.5', '00080016': '1.2' })]),
    );
    expect(await caught(web.instances(asUid('1.2.3')))).to.include({ code: 'pacs-answer-malformed' });
    await setting.endAll();
    const cut = await setting.pair(
      (_seen, response) =>
        json(response, [instance(1, '1.5'), instance(2, '1.5')], 200, { warning: '299 pacs "9 more"' }),
      { pageSize: 2 },
    );
    expect(await caught(cut.web.instances(asUid('1.2.3')))).to.include({ code: 'pacs-listing-incomplete' });
  });

  it('asks on where the server says that there is more, however many it said that there are', async () => {
    const pages = [[instance(1, '1.5'), instance(2, '1.5')], [instance(3, '1.5')], []];
    const { web } = await setting.pair(
      (_seen, response) => {
        const page = pages.shift() ?? [];
        json(response, page, 200, page.length === 2 ? { warning: '299 pacs "1 more"' } : {});
      },
      { pageSize: 2 },
    );
    expect(await web.instances(asUid('1.2.3'), { expected: 2 })).to.have.length(3);
  });

  it('would rather fail than believe a server that speaks of more, gives nothing more, and is silent', async () => {
    const { web } = await setting.pair((seen, response) => {
      const first = seen.parameters.get('offset') === '0';
      json(response, first ? [instance(1, '1.5')] : [], 200, first ? { warning: '299 pacs "9 more"' } : {});
    });
    expect(await caught(web.instances(asUid('1.2.3')))).to.include({ code: 'pacs-listing-incomplete' });
  });

  for (const status of [400, 405, 406, 501])
    it(`goes by series where the server answers ${status} to the instances of a study`, async () => {
      const { web } = await setting.pair((seen, response) => {
        const first = seen.parameters.get('offset') === '0';
        if (/\/studies\/1\.2\.3\/instances/.test(seen.path)) response.writeHead(status).end();
        else if (/\/series\?/.test(seen.path)) json(response, first ? [dataset({ '0020000E': '1.5' })] : []);
        else json(response, first ? [instance(1)] : []);
      });
      expect(await web.instances(asUid('1.2.3'))).to.have.length(1);
    });

  it('asks for no series of another study', async () => {
    const { web, server } = await setting.pair((seen, response) => {
      const first = seen.parameters.get('offset') === '0';
      const series = (study: string, uid: string) => dataset({ '0020000D': study, '0020000E': uid });
      if (/\/studies\/1\.2\.3\/instances/.test(seen.path)) response.writeHead(404).end();
      else if (/\/series\?/.test(seen.path))
        json(response, first ? [series('1.2.3', '1.5'), series('1.2.4', '1.6')] : []);
      else json(response, first ? [instance(seen.path.includes('/1.5/') ? 1 : 2)] : []);
    });
    const listed = await web.instances(asUid('1.2.3'));
    expect(listed.map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal(['1.9.1']);
    expect(server.seen.some(({ path }) => path.includes('/1.6/'))).to.equal(false);
  });

  it('reads tags in lower case, and asks for nothing that it does not use', async () => {
    const { web, server } = await setting.pair((seen, response) =>
      json(
        response,
        seen.parameters.get('offset') === '0'
          ? [
              {
                ...dataset({ '00080018': '1.9.1', '00080060': 'MG ' }),
                '0020000e': { vr: 'UI', Value: ['1.5'] },
              },
            ]
          : [],
      ),
    );
    expect((await web.instances(asUid('1.2.3')))[0]).to.include({
      seriesInstanceUID: '1.5',
      modality: 'MG',
    });
    expect(server.seen[0]!.parameters.get('includefield')!.split(',').sort()).to.deep.equal([
      'ImageLaterality',
      'Modality',
      'SOPClassUID',
      'SOPInstanceUID',
      'SeriesInstanceUID',
      'ViewPosition',
    ]);
  });

  it('asks for less only where the server does not understand what it is asked for', async () => {
    for (const status of [403, 409, 500]) {
      const { web, server } = await setting.pair((_seen, response) => void response.writeHead(status).end(), {
        retries: 0,
      });
      expect(await caught(web.instances(asUid('1.2.3')))).to.include({ status });
      expect(server.seen).to.have.length(1);
    }
  });

  it('asks as before once a server has refused everything for a while', async () => {
    let refuses = true;
    const { web, server } = await setting.pair((seen, response) => {
      if (refuses) response.writeHead(400).end();
      else json(response, seen.parameters.get('offset') === '0' ? [instance(1, '1.5')] : []);
    });
    expect(await caught(web.instances(asUid('1.2.3')))).to.include({ status: 400 });
    refuses = false;
    expect(await web.instances(asUid('1.2.3'))).to.have.length(1);
    expect(server.seen.at(-1)!.parameters.has('includefield')).to.equal(true);
  });
});
