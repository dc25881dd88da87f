import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const program = (name: string) => fileURLToPath(new URL(`../../proof/${name}.js`, import.meta.url));

async function said(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [program(name), ...args]);
  return stdout;
}

describe('The simulation', function () {
  // Processes of their own; a busy machine takes its time.
  this.timeout(120_000);

  it('tells the same story for the same seed, and finds every exam delivered once', async () => {
    const stories = [await said('runSimulate', '--seed', '7'), await said('runSimulate', '--seed', '7')];
    const [first, second] = stories.map((story) => /^Trace (\w{16})$/m.exec(story)?.[1]);
    expect(first).to.be.a('string').and.equal(second);
    expect(stories[0]).to.contain('Every exam came to the end that it should');
    expect(await said('runSimulate', '--seed', '8')).not.to.contain(first);
  });

  it('finds a bug that is planted: results that are not read back', async () => {
    expect(await said('runPlantedBugs', '--bug', '1', '--seeds', '40')).to.match(
      /^after \d+ seeds: no read-back/,
    );
  });
});
