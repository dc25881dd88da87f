import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { isPassword, passwordHashProblem } from '../../src/passwordHash.js';
import { needs } from '../parts.js';

const password = (input: string) =>
  spawnSync(process.execPath, ['dist/src/cli/main.js', 'password'], { input, encoding: 'utf8' });

describe('mamori password', () => {
  it('makes a hash that the settings take, of that password alone, another one each time', async () => {
    const hashes = ['correct horse battery\n', 'correct horse battery'].map((input) => {
      const { status, stdout } = password(input);
      expect(status).to.equal(0);
      return stdout.trim();
    });
    expect(hashes[0]).not.to.equal(hashes[1]);
    for (const hash of hashes) {
      expect(passwordHashProblem(hash)).to.equal(undefined);
      expect(hash).not.to.contain('$');
      expect(await isPassword('correct horse battery', hash)).to.equal(true);
      expect(await isPassword('correct horse batterY', hash)).to.equal(false);
    }
    expect(await isPassword('correct horse battery', undefined)).to.equal(false);
  });

  it('takes letters for what they look like', async () => {
    const composed = password('Ångström-Ångström').stdout.trim();
    expect(await isPassword('A\u030angstro\u0308m-A\u030angstro\u0308m', composed)).to.equal(true);
  });

  for (const [key, typed] of [
    ['Ctrl-D', '\u0004'],
    ['Ctrl-C', '\u0003'],
  ] as const)
    it(`ends with a sentence where somebody types ${key} in its place`, async function () {
      needs(this, 'script');
      this.timeout(30_000);
      const command = `${process.execPath} dist/src/cli/main.js password`;
      const terminal = spawn('script', ['-qec', command, '/dev/null']);
      let shown = '';
      terminal.stdout.setEncoding('utf8').on('data', (text) => {
        if (!shown.includes('Password:') && `${shown}${text}`.includes('Password:'))
          terminal.stdin.write(typed);
        shown += text;
      });
      const [code] = await once(terminal, 'exit');
      expect(code, shown).to.equal(1);
      expect(shown).to.contain('No password was given').and.not.contain('scrypt');
    });

  it('refuses what everybody tries first, however long, and does not show it', () => {
    for (const common of [
      'password123456',
      'qwertyuiop1234',
      'Mammography2024!',
      'aaaaaaaaaaaaaaaa',
      '123456789012345',
    ]) {
      const { status, stdout, stderr } = password(`${common}\n`);
      expect([status, stdout], common).to.deep.equal([1, '']);
      expect(stderr).to.contain('somebody tries').and.not.contain(common);
    }
  });

  it('says how hard it is to guess, beside the hash', () => {
    const { stdout, stderr } = password('correct horse battery\n');
    expect(stderr).to.match(/very hard to guess, about 10\^\d+ guesses/);
    expect(passwordHashProblem(stdout.trim())).to.equal(undefined);
  });

  it('takes 128 characters, whatever letters they are, and says where there are more', () => {
    const letters = Array.from({ length: 128 }, (_, index) => String.fromCodePoint(0x1f300 + 7 * index)).join(
      '',
    );
    expect(password(letters).status).to.equal(0);
    const { status, stdout, stderr } = password(`${letters}x`);
    expect([status, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.contain('128 characters at most');
  });

  it('refuses a short one, and does not show it', () => {
    const { status, stdout, stderr } = password('hunter2');
    expect([status, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.contain('12 characters').and.not.contain('hunter2');
  });
});
