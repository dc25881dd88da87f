import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { systemCode } from '../src/systemCode.js';

describe('An error of the system', () => {
  it('is told by its code and what that means; one that has no code of the system, by what it has', () => {
    const met = (path: string) => {
      try {
        readFileSync(path);
      } catch (error) {
        return systemCode(error);
      }
      return undefined;
    };
    expect(met('/no/such/file')).to.equal('ENOENT: no such file or directory');
    expect(met('/')).to.equal('EISDIR: illegal operation on a directory');
    expect(systemCode({ code: 'SQLITE_FULL' })).to.equal('SQLITE_FULL');
    expect(systemCode(new Error('other'))).to.equal('unknown');
  });
});
