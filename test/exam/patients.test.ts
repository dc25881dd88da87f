import { expect } from 'chai';
import type { SourceInstance } from '../../src/dicom/index.js';
import { toldApartBy } from '../../src/exam/patients.js';

const of = (values: {
  id?: string;
  born?: string;
  name?: string | Buffer;
  charset?: string;
}): SourceInstance => {
  const attribute = (tag: string, vr: string, value: string | Buffer = '') => ({
    tag,
    vr,
    bytes: typeof value === 'string' ? Buffer.from(value, 'utf8') : value,
  });
  return {
    patientAndStudy: [
      attribute('00080005', 'CS', values.charset ?? 'ISO_IR 192'),
      attribute('00100010', 'PN', values.name),
      attribute('00100020', 'LO', values.id),
      attribute('00100030', 'DA', values.born),
    ],
  } as unknown as SourceInstance;
};

describe('Images that name two patients', () => {
  it('are told apart by ID, birth date or name', () => {
    expect(toldApartBy([of({ id: 'A' }), of({ id: 'B ' })])).to.equal('Patient ID');
    expect(toldApartBy([of({ born: '19500101' }), of({ born: '19500102' })])).to.equal('birth date');
    expect(toldApartBy([of({ name: 'Roe^Jane' }), of({ name: 'Roe^Joan' })])).to.equal('name');
  });

  it('are none where something is left empty, or is written otherwise', () => {
    const latin = of({ name: Buffer.from('M\xfcller^Anna', 'latin1'), charset: 'ISO_IR 100' });
    const pairs: [SourceInstance, SourceInstance][] = [
      [of({ id: 'A', born: '19500101', name: 'Roe^Jane' }), of({})],
      [of({ id: 'A' }), of({ id: 'A ' })],
      [of({ born: '1950.01.01' }), of({ born: '19500101' })],
      [of({ name: 'Roe^Jane' }), of({ name: 'ROE^JANE^^^' })],
      [latin, of({ name: 'Müller^Anna' })],
      [latin, of({ name: Buffer.from('M\xc3\xbcller^Anna', 'latin1'), charset: 'ISO_IR 192\0\0' })],
      [of({ name: 'Yamada^Tarou=山田^太郎' }), of({ name: '=山田^太郎' })],
      [of({ name: 'Yamada^Tarou' }), of({ name: '=山田^太郎' })],
    ];
    for (const pair of pairs) expect(toldApartBy(pair)).to.equal(undefined);
  });
});
