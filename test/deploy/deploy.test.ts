import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { loadSettings } from '../../src/config/index.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

const text = (name: string) => readFileSync(join(process.cwd(), 'deploy', name), 'utf8');

describe('What comes for putting it to work', () => {
  describe('the unit for systemd', () => {
    /** With the Node that is here, under the name that systemd wants; the account need not be there to be named. */
    function unitFile(): string {
      const file = join(scratchFolder('deploy'), 'mamori.service');
      const account = /^(User|Group)=mamori$/gm;
      writeFileSync(
        file,
        text('mamori.service').replaceAll('/usr/bin/node', process.execPath).replace(account, '$1=daemon'),
      );
      return file;
    }

    it('is one that systemd takes without a word', function () {
      needs(this, 'systemd-analyze');
      // On stderr, and with an exit code that does not tell.
      const said = execFileSync('sh', ['-c', 'systemd-analyze verify "$0" 2>&1 || true', unitFile()], {
        encoding: 'utf8',
      });
      const aboutIt = said.split('\n').filter((line) => line.includes('mamori.service'));
      expect(aboutIt.filter((line) => !/Documentation/i.test(line))).to.deep.equal([]);
    });

    it('leaves little that an intruder could use', function () {
      needs(this, 'systemd-analyze');
      const most = 20;
      const args = ['security', '--no-pager', '--offline=yes', `--threshold=${most}`, unitFile()];
      expect(() => execFileSync('systemd-analyze', args, { stdio: 'pipe' })).not.to.throw();
    });

    it('is started again for as long as it takes', () => {
      expect(text('mamori.service')).to.match(/^StartLimitIntervalSec=0$/m);
      expect(text('mamori.service')).to.match(/^Restart=always\nRestartSec=10$/m);
    });
  });

  it('has a Dockerfile that a linter finds nothing in', () => {
    expect(validate(text('Dockerfile'))).to.deep.equal([]);
  });

  it('has settings for the compose file, with the passwords that it hands on', () => {
    const compose = parse(text('compose.yaml')) as {
      services: Record<string, { environment: Record<string, string>; ports?: string[] }>;
    };
    const given = Object.keys(compose.services.mamori!.environment);
    const env = Object.fromEntries(given.map((name) => [name, `${name} of the test`]));
    env.ADMIN_PASSWORD_HASH = `scrypt:16384:8:5:${'a'.repeat(22)}:${'b'.repeat(43)}`;
    const settings = loadSettings(join(process.cwd(), 'deploy/mamori.yaml'), env);
    expect(settings.pacs.auth).to.include({ password: 'PACS_PASSWORD of the test' });
    expect(new URL(settings.pacs.url!).hostname)
      .to.equal('orthanc')
      .and.to.be.oneOf(Object.keys(compose.services));
    // Nothing is open to the network of the machine.
    for (const { ports = [] } of Object.values(compose.services))
      for (const port of ports) expect(port).to.match(/^127\.0\.0\.1:/);
  });
});
