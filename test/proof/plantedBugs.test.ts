import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PLANTED_BUGS } from '../../proof/index.js';

describe('the bugs that the simulation has to find', () => {
  for (const { name, changes } of PLANTED_BUGS)
    it(`fit into the program as it is: ${name}`, () => {
      for (const { file, from } of changes) {
        const code = readFileSync(fileURLToPath(new URL(`../../src/${file}`, import.meta.url)), 'utf8');
        expect(code.split(from), file).to.have.length(2);
      }
    });
});
