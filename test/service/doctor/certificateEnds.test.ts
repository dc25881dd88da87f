import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defaultSettings } from '../../../src/config/index.js';
import { certificateEnds } from '../../../src/service/doctor/index.js';
import { json } from '../../dicomweb/scriptedServer.js';
import { Setting } from '../../dicomweb/setting.js';
import { issuedBy, selfSigned } from '../../pacs/certificates.js';
import { needs } from '../../parts.js';
import { scratchFolder } from '../../scratch.js';

const DAY_MS = 86_400_000;

describe('The ends of certificates', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  it('are told of the PACS, trusted or not, and of each that Mamori shows, chains included', async function () {
    needs(this, 'openssl');
    const folder = scratchFolder('certificate-ends');
    const authority = selfSigned(folder, 'authority');
    const pair = (name: string, toDay: number) => issuedBy(authority, folder, name, { toDay });
    const { url } = await setting.server((_seen, response) => json(response, []), pair('server', 40));
    const chain = join(folder, 'chain.crt');
    writeFileSync(chain, pair('page', 90).cert + pair('above', 30).cert);
    const settings = defaultSettings(url, folder);
    const { pacs, ledger, audit, admin } = settings;
    const ends = await certificateEnds({
      ...settings,
      pacs: { ...pacs, tls: { cert: pair('client', 50).certFile } },
      ledger: { ...ledger, tls: { cert: pair('database', 60).certFile } },
      audit: {
        ...audit,
        syslog: { url: 'tls://syslog.example:6514', tls: { cert: pair('syslog', 70).certFile } },
      },
      admin: { ...admin, tls: { cert: chain, key: '' } },
    });
    const days = ends.map(({ of, until }): [string, number] => [
      of,
      Math.round((until.getTime() - Date.now()) / DAY_MS),
    ]);
    expect(Object.fromEntries(days)).to.deep.equal({
      'the PACS (127.0.0.1)': 40,
      'Mamori itself, which the PACS asks for (pacs.tls.cert)': 50,
      'the status page (admin.tls.cert)': 30,
      'Mamori itself, which the database server asks for (ledger.tls.cert)': 60,
      'Mamori itself, which the syslog receiver asks for (audit.syslog.tls.cert)': 70,
    });
  });

  it('of a server that cannot be reached, and of files that are none, are left out', async () => {
    const folder = scratchFolder('no-certificate-ends');
    const none = join(folder, 'none.crt');
    writeFileSync(none, 'no certificate');
    const settings = defaultSettings('https://127.0.0.1:9', folder);
    const { pacs } = settings;
    expect(await certificateEnds({ ...settings, pacs: { ...pacs, tls: { cert: none } } })).to.deep.equal([]);
  });
});
