import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** A program that reads 10x as no number would try nothing, and say that all is well. */
describe('a program that tries to break a promise', function () {
  this.timeout(60_000);
  for (const [program, option, says] of [
    ['runSimulate', ['--seeds', '10x'], /--seeds/],
    ['runPlantedBugs', ['--bug', '99'], /Allowed choices/],
    ['runFuzz', ['--target', 'dicm'], /Allowed choices are dicom/],
    ['runDay', ['--exam', '3'], /Did you mean --exams/],
  ] as const)
    it(`${program} ends with 1 at ${option.join(' ')}`, () => {
      const path = fileURLToPath(new URL(`../../proof/${program}.js`, import.meta.url));
      const { status, stderr } = spawnSync(process.execPath, [path, ...option], { encoding: 'utf8' });
      expect(stderr).to.match(says);
      expect(status).to.equal(1);
    });
});
