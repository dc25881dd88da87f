import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { installedTensorflow } from '../src/model/tensorflowRuntime.js';
import { isInstalled, needs, PARTS_ARE_HIDDEN, PYTHON } from './parts.js';

describe('the parts that tests look for', () => {
  it('are found by name and by path', () => {
    expect(isInstalled('node')).to.equal(true);
    expect(isInstalled('no-such-program')).to.equal(false);
    expect(isInstalled(PYTHON)).to.equal(existsSync(PYTHON) && !PARTS_ARE_HIDDEN);
  });

  it('are all hidden where the tests run as a newcomer runs them', function () {
    if (!PARTS_ARE_HIDDEN) this.skip();
    expect(installedTensorflow(), 'native TensorFlow must not lie in node_modules').to.equal(undefined);
    for (const part of ['dcmdump', 'dciodvfy', 'java', 'openssl', 'gcc', '/usr/sbin/Orthanc', PYTHON])
      expect(isInstalled(part), part).to.equal(false);
  });

  it('end a test where one is missing: as a failure under CI, else as skipped', () => {
    const { CI } = process.env;
    const { warn } = console;
    const ended: string[] = [];
    const test = {
      skip: () => {
        throw new Error('skipped');
      },
    } as unknown as Mocha.Context;
    try {
      console.warn = (line: string) => ended.push(line.trim());
      for (const ci of ['true', '']) {
        process.env.CI = ci;
        try {
          needs(test, 'node', 'no-such-program');
        } catch (error) {
          ended.push((error as Error).message);
        }
      }
    } finally {
      console.warn = warn;
      if (CI === undefined) delete process.env.CI;
      else process.env.CI = CI;
    }
    const reason = 'not installed: no-such-program';
    expect(ended).to.deep.equal([
      `With CI set nothing is skipped, but ${reason}`,
      `skipped: ${reason}`,
      'skipped',
    ]);
  });
});
