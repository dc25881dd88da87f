import { expect } from 'chai';
import fc from 'fast-check';
import * as dicom from '../../src/dicom/index.js';

const { asUid, deriveUid, isUsableUid, isValidUid, sopClass, sopClassName, transferSyntax } = dicom;

describe('A UID on the way through', () => {
  it('may be against the standard, as some makers write them', () => {
    for (const text of ['1.2.3', '1.02.3', '1.2.a-b_C', '1'.repeat(64)])
      expect(isUsableUid(text), text).to.equal(true);
  });

  it('is nothing that could change an address or a path', () => {
    for (const text of [
      '',
      '.',
      '..',
      '...',
      '1'.repeat(65),
      '1/2',
      '1%2f',
      '1.2 ',
      '1\\2',
      '1.2\0',
      '1.2\n',
    ]) {
      expect(isUsableUid(text), JSON.stringify(text)).to.equal(false);
      expect(() => asUid(text), JSON.stringify(text)).to.throw(dicom.UidError);
    }
  });
});

describe('deriveUid', () => {
  it('gives the same name for the same work on every machine', () => {
    expect(deriveUid('study', 'model', '1.0')).to.equal('2.25.251515856647156476444609647492795346978');
  });

  it('gives valid UIDs, which differ with every part and its place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { maxLength: 4 }),
        fc.array(fc.string(), { maxLength: 4 }),
        (a, b) => {
          expect(isValidUid(deriveUid(...a))).to.equal(true);
          expect(deriveUid(...a) === deriveUid(...b)).to.equal(JSON.stringify(a) === JSON.stringify(b));
        },
      ),
    );
    expect(deriveUid('ab', 'c')).to.not.equal(deriveUid('a', 'bc'));
  });
});

describe('isValidUid', () => {
  for (const uid of ['1.2.840.10008.1.2', '2.25.0', `1.${'2'.repeat(62)}`]) {
    it(`takes ${uid.slice(0, 20)}`, () => expect(isValidUid(uid)).to.equal(true));
  }
  for (const uid of ['', '1', '1.', '.1', '1..2', '1.02', '1.2a', '1.2 ', `1.${'2'.repeat(63)}`]) {
    it(`refuses "${uid.slice(0, 20)}"`, () => expect(isValidUid(uid)).to.equal(false));
  }
});

describe('constants', () => {
  it('are valid UIDs, each SOP class with a name', () => {
    for (const uid of Object.values(sopClass)) expect(sopClassName(uid)).to.not.include('SOP class');
    for (const uid of [...Object.values(sopClass), ...Object.values(transferSyntax)]) {
      expect(isValidUid(uid)).to.equal(true);
    }
    expect(sopClassName('1.2.3')).to.equal('SOP class 1.2.3');
  });

  it('name every code once, in text that a code sequence can carry', () => {
    const codes = Object.values(dicom).filter(
      (one): one is dicom.Code => typeof one === 'object' && 'meaning' in one && 'scheme' in one,
    );
    expect(codes.length).to.be.greaterThan(80);
    const keys = codes.map((code) => `${code.scheme} ${code.value}`);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).to.deep.equal([]);
    for (const code of codes) {
      expect(code.meaning).to.match(/^[\x20-\x7e]{1,64}$/);
      expect(code.value).to.match(/^[\x21-\x7e]{1,16}$/);
    }
  });
});
