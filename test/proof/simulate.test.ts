import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(new URL('../../proof/runSimulate.js', import.meta.url));

/** In a process of its own, whose time it takes over. */
async function simulation(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args]);
  return stdout;
}

describe('The simulation', () => {
  it('tells the same story for the same seed, and finds every exam delivered once', async function () {
    // Three processes that each start a network; a busy machine takes its time.
    this.timeout(240_000);
    const stories = [await simulation('--seed', '7'), await simulation('--seed', '7')];
    const [first, second] = stories.map((story) => /^Trace (\w{16})$/m.exec(story)?.[1]);
    expect(first).to.be.a('string').and.equal(second);
    expect(stories[0]).to.contain('Every exam was delivered, once');
    expect(await simulation('--seed', '8')).not.to.contain(first);
  });
});
