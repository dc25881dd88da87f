import { readFileSync } from 'node:fs';
import { expect } from 'chai';

/** Where a reason to leave an image without an answer has its code. */
const UNIONS = [
  'src/dicom/leftOutCodes.ts',
  'src/dicom/errors.ts',
  'src/exam/errors.ts',
  'src/image/errors.ts',
] as const;

/** About the bundle, and about a service that ends: no image is left alone with them. */
const OF_NO_IMAGE = ['preparation-invalid', 'preparation-stopped'];

describe('the codes of images without an answer', () => {
  it('stand in the conformance statement, each of them', () => {
    const statement = readFileSync('docs/conformance.md', 'utf8');
    const codes = UNIONS.flatMap((file) => [
      ...readFileSync(file, 'utf8').matchAll(/^ {2}\| '([a-z-]+)'/gm),
    ]).map(([, code]) => code!);
    expect(codes).to.include.members(['contradictory-laterality', 'unlike-training', 'pixel-data-broken']);
    const silent = codes.filter((code) => !statement.includes(`\`${code}\``) && !OF_NO_IMAGE.includes(code));
    expect(silent).to.deep.equal([]);
  });
});
