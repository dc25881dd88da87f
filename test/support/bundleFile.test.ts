import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeBundleFile } from '../../src/support/index.js';
import { mountSmallDisk } from '../fixtures/smallDisk.js';
import { scratchFolder } from '../scratch.js';

const codeOf = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'none',
    ({ code }: { code: string }) => code,
  );

describe('The file of a support bundle', () => {
  const parts = [{ name: 'log.txt', text: randomBytes(400_000).toString('base64') }];

  it('is not there at all where the disk is full', async function () {
    const disk = mountSmallDisk(join(scratchFolder('support'), 'disk'), 100, this);
    try {
      expect(await codeOf(writeBundleFile(join(disk.folder, 'exam.tar.gz'), parts))).to.equal(
        'support-unwritable',
      );
      expect(readdirSync(disk.folder)).to.deep.equal([]);
    } finally {
      disk.unmount();
    }
  });

  it('takes no other file away', async () => {
    const file = join(scratchFolder('support'), 'exam.tar.gz');
    writeFileSync(file, 'before');
    expect(await codeOf(writeBundleFile(file, parts))).to.equal('support-unwritable');
    expect(readFileSync(file, 'utf8')).to.equal('before');
  });
});
