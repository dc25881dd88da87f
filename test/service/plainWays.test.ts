import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defaultSettings, loadSettings, type Settings } from '../../src/config/index.js';
import { examine, openLog, openService, statusOf } from '../../src/service/index.js';
import { plainWays } from '../../src/service/plainWays.js';
import { smallBundle } from '../model/bundles.js';
import { scratchFolder } from '../scratch.js';

const PLAIN = `
pacs:
  url: http://pacs.example:8042/dicom-web
  auth: { type: oauth2, tokenUrl: "http://login.example/token", clientId: m, clientSecret: hush-hush }
  proxy: { url: "http://proxy.example:3128", username: m, password: hush-hush }
ledger: { url: "postgres://m@db.example/m?sslmode=disable" }
audit: { folder: audit, syslog: { url: "udp://syslog.example:514" } }
notify:
  webhook: { url: "http://chat.example/hush-hush" }
  email: { host: mail.example, security: off, from: a@b, to: c@d }
admin:
  listen: 0.0.0.0:8040
  plainHttp: true
  users:
    - { name: a, role: see, passwordHash: "scrypt:16384:8:5:${'a'.repeat(22)}:${'b'.repeat(43)}" }
`;

function settingsFile(text: string): string {
  const file = join(scratchFolder('plain-ways'), 'mamori.yaml');
  writeFileSync(file, text);
  return file;
}

const waysOf = async (text: string) => plainWays(loadSettings(settingsFile(text), {}));

describe('What the settings leave unencrypted', () => {
  it('is named by its setting, with where it goes, what it carries and what to do, and no secret', async () => {
    const ways = await waysOf(PLAIN);
    expect(ways.map(({ setting, to }) => `${setting} ${to}`)).to.deep.equal([
      'pacs.url pacs.example:8042',
      'pacs.auth.tokenUrl login.example',
      'pacs.proxy proxy.example:3128',
      'ledger.url db.example',
      'audit.syslog.url syslog.example:514',
      'notify.webhook.url chat.example',
      'notify.email.security mail.example',
      'admin.plainHttp 0.0.0.0:8040',
    ]);
    for (const { carries, remedy } of ways) expect([carries, remedy]).not.to.include('');
    expect(JSON.stringify(ways)).not.to.contain('hush');
  });

  it('is nothing where all is encrypted, or stays on this machine', async () => {
    const encrypted = PLAIN.replaceAll('http://', 'https://')
      .replace('  proxy: { url: "https:', '  proxy: { url: "http:')
      .replace(', username: m, password: hush-hush }', ' }')
      .replace('?sslmode=disable', '')
      .replace('udp:', 'tls:')
      .replace('security: off', 'security: starttls')
      .replace('plainHttp: true', 'proxy: { addresses: [192.0.2.1] }');
    expect(await waysOf(encrypted)).to.deep.equal([]);
    for (const here of ['127.0.0.1', 'localhost', '[::1]']) {
      const local = PLAIN.replace(/\b[\w.]+\.example/g, here)
        .replace(`host: ${here}`, `host: "${here.replace(/[[\]]/g, '')}"`)
        .replace('0.0.0.0:8040', `"${here}:8040"`);
      expect(await waysOf(local), here).to.deep.equal([]);
    }
  });

  it('is a root of the PACS of its own', async () => {
    const ways = await waysOf('pacs: { url: "https://p.example/a", stowUrl: "http://p.example/b" }\n');
    expect(ways.map(({ setting }) => setting)).to.deep.equal(['pacs.stowUrl']);
  });

  it('is told in the log at the start, and to the status page', async function () {
    this.timeout(60_000);
    const folder = scratchFolder('plain-ways');
    const usual = defaultSettings('http://pacs.invalid/dicom-web');
    const settings: Settings = {
      ...usual,
      model: { ...usual.model, bundle: (await smallBundle()).directory },
      ledger: { ...usual.ledger, url: `sqlite:${join(folder, 'mamori.db')}` },
      audit: { ...usual.audit, folder: join(folder, 'audit') },
      log: { level: 'warn', format: 'json' },
    };
    const lines: string[] = [];
    const log = openLog(settings, { write: (line) => void lines.push(line) });
    const service = await openService(settings, log);
    try {
      const told = lines.map((line) => JSON.parse(line)).find(({ setting }) => setting === 'pacs.url');
      expect(told).to.include({ level: 'warn', to: 'pacs.invalid' });
      expect(told.msg).to.contain('Not encrypted');
      const { unencrypted } = await statusOf(service, settings, log).source();
      expect(unencrypted).to.deep.equal([{ setting: 'pacs.url', to: 'pacs.invalid' }]);
    } finally {
      await service.close();
    }
  });

  it('is what the doctor warns of', async () => {
    const results = await examine(settingsFile(`${PLAIN}model: { bundle: nowhere }\n`), {
      write: false,
      env: {},
    });
    const told = results.find(({ check }) => check === 'encryption');
    expect(told).to.include({ state: 'warning' });
    expect(told?.says).to.contain('pacs.url to pacs.example:8042').and.contain('ledger.url to db.example');
    expect(told?.remedy).to.contain('https address of the PACS').and.contain('tls://');
  });
});
