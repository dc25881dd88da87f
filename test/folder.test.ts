import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { makeFolder } from '../src/folder.js';
import { scratchFolder } from './scratch.js';

describe('a folder that is made', () => {
  const refusal = (path: string): Promise<string | undefined> =>
    makeFolder(path).then(
      () => undefined,
      ({ code }) => code,
    );

  it('comes with those above it, and may be there already', async () => {
    const deep = join(scratchFolder('folder'), 'one', 'two', 'three');
    await makeFolder(deep);
    await makeFolder(deep);
    expect(statSync(deep).isDirectory()).to.equal(true);
  });

  it('may be for this account alone, with those above it that were missing', async () => {
    const home = scratchFolder('folder');
    await makeFolder(join(home, 'one', 'two'), 0o700);
    for (const folder of ['one', 'one/two'])
      expect(statSync(join(home, folder)).mode & 0o777).to.equal(0o700);
  });

  it('may be named from where one stands', async () => {
    const home = scratchFolder('folder');
    await makeFolder(relative(process.cwd(), join(home, 'near', 'by')));
    expect(existsSync(join(home, 'near', 'by'))).to.equal(true);
    await makeFolder('.');
  });

  it('may be made by several at once', async () => {
    const home = scratchFolder('folder');
    for (let round = 0; round < 50; round++) {
      const folders = ['a', 'b', 'c', 'd'].map((name) => join(home, `shared-${round}`, 'by', name));
      await Promise.all(folders.map((folder) => makeFolder(folder)));
      for (const folder of folders) expect(existsSync(folder)).to.equal(true);
    }
  });

  it('is refused where a file stands in its way', async () => {
    const file = join(scratchFolder('folder'), 'file');
    writeFileSync(file, '');
    expect(await refusal(file)).to.equal('EEXIST');
    expect(await refusal(join(file, 'in', 'it'))).to.equal('ENOTDIR');
  });

  it('is refused at once where no folder can be made, however deep', async function () {
    if (!existsSync('/proc')) this.skip();
    for (const path of ['/proc/x', '/proc/x/y', '/proc/x/y/z'])
      expect(await refusal(path), path).to.equal('ENOENT');
  });
});
