import { expect } from 'chai';
import { readPart10, recogniseMammogram, sopClass, transferSyntax } from '../../src/dicom/index.js';
import {
  type HabitName,
  type InstanceOptions,
  type Modifier,
  makeExam,
  makeInstance,
  type NameScript,
} from '../../src/phantom/index.js';
import { needs } from '../parts.js';
import { convertedBy, dciodvfy } from './tools.js';

const SMALL = { rows: 104, columns: 80 } as const;
const HABITS: HabitName[] = ['plain', 'ge', 'hologic', 'siemens', 'srt', 'view-position'];
const SCRIPTS: NameScript[] = ['latin', 'western', 'japanese', 'greek', 'cyrillic', 'unicode'];
const MODIFIERS: Modifier[] = ['magnification', 'spot-compression', 'implant-displaced', 'specimen'];

describe('makeInstance', () => {
  it('writes the same bytes for the same options', () => {
    const options: InstanceOptions = { ...SMALL, seed: 'x', habit: 'ge', nameScript: 'greek' };
    expect(makeInstance(options).bytes).to.deep.equal(makeInstance(options).bytes);
  });

  it('names other content otherwise, and the same patient’s study alike', () => {
    const one = makeInstance({ ...SMALL });
    const other = makeInstance({ ...SMALL, bits: 14 });
    expect(other.sopInstanceUID).to.not.equal(one.sopInstanceUID);
    expect(other.studyInstanceUID).to.equal(one.studyInstanceUID);
    expect(makeInstance({ ...SMALL, seed: 2 }).studyInstanceUID).to.not.equal(one.studyInstanceUID);
  });

  it('reads back with the pixels that were drawn', () => {
    for (const bits of [8, 12]) {
      const { dataset } = readPart10(makeInstance({ ...SMALL, bits }).bytes);
      expect(dataset.number('Rows')).to.equal(SMALL.rows);
      const length = SMALL.rows * SMALL.columns * (bits === 8 ? 1 : 2);
      expect(dataset.pixelData()!.fragments[0]!.length).to.equal(length);
    }
  });

  for (const habit of HABITS) {
    it(`is recognised with the habits of ${habit}`, () => {
      for (const { bytes, view, sopInstanceUID } of makeExam({ ...SMALL, habit })) {
        const recognised = recogniseMammogram(readPart10(bytes));
        expect(recognised.kind, view).to.equal('mammogram');
        if (recognised.kind !== 'mammogram') continue;
        expect(`${recognised.source.laterality}${recognised.source.view}`).to.equal(view);
        expect(recognised.source.sopInstanceUID).to.equal(sopInstanceUID);
      }
    });
  }

  it('turns away what is not a standard mammogram', () => {
    const others: InstanceOptions[] = [
      ...MODIFIERS.map((modifier) => ({ modifier })),
      { partialView: true },
      { kind: 'tomosynthesis' },
      { kind: 'secondary-capture' },
    ];
    for (const other of others) {
      const recognised = recogniseMammogram(readPart10(makeInstance({ ...SMALL, ...other }).bytes));
      expect(recognised.kind, JSON.stringify(other)).to.equal('left-out');
    }
  });

  it('leaves pixels out, or ends within them, where asked to', () => {
    const whole = makeInstance(SMALL).bytes;
    const { dataset } = readPart10(makeInstance({ ...SMALL, kind: 'missing-pixels' }).bytes);
    expect(dataset.pixelData()).to.equal(undefined);
    const cut = makeInstance({ ...SMALL, kind: 'truncated' }).bytes;
    expect(cut.length).to.be.below(whole.length);
    expect(cut.length).to.be.above(whole.length / 2);
  });

  describe('dciodvfy finds no error in', function () {
    this.timeout(60_000);
    const variants: [string, InstanceOptions][] = [
      ...HABITS.filter((habit) => habit !== 'view-position').flatMap((habit): [string, InstanceOptions][] => [
        [`the habits of ${habit}`, { habit, view: 'MLO', laterality: 'R' }],
        [`the habits of ${habit}, negative`, { habit, photometric: 'MONOCHROME1' }],
        [
          `the habits of ${habit}, for processing`,
          { habit, intent: 'processing', photometric: 'MONOCHROME1' },
        ],
      ]),
      ...[8, 9, 10, 14, 16].map((bits): [string, InstanceOptions] => [`${bits} bits`, { bits }]),
      ...SCRIPTS.map((nameScript): [string, InstanceOptions] => [`a ${nameScript} name`, { nameScript }]),
      ...MODIFIERS.map((modifier): [string, InstanceOptions] => [`a ${modifier} view`, { modifier }]),
      ['a partial view', { partialView: true }],
      ['a Secondary Capture', { kind: 'secondary-capture' }],
      ['a tomosynthesis', { kind: 'tomosynthesis' }],
      ['Implicit VR', { transferSyntaxUID: transferSyntax.ImplicitVRLittleEndian, habit: 'hologic' }],
      ['Big Endian', { transferSyntaxUID: transferSyntax.ExplicitVRBigEndian, habit: 'hologic' }],
    ];
    for (const [name, options] of variants) {
      it(name, function () {
        needs(this, 'dciodvfy');
        expect(dciodvfy(makeInstance({ ...SMALL, ...options }).bytes)).to.deep.equal([]);
      });
    }

    it('the plain exam, nor a warning', function () {
      needs(this, 'dciodvfy');
      for (const { bytes } of makeExam(SMALL)) expect(dciodvfy(bytes, /^(Error|Warning)/)).to.deep.equal([]);
    });

    it('a deflated exam, unpacked by dcmtk', function () {
      needs(this, 'dciodvfy');
      needs(this, 'dcmconv');
      const transferSyntaxUID = transferSyntax.DeflatedExplicitVRLittleEndian;
      const { bytes } = makeInstance({ ...SMALL, transferSyntaxUID });
      expect(dciodvfy(convertedBy('dcmconv', bytes, ['+te']))).to.deep.equal([]);
    });
  });

  it('breaks the standard only where a habit or a test asks for it', function () {
    needs(this, 'dciodvfy');
    const errors = (options: InstanceOptions) => dciodvfy(makeInstance({ ...SMALL, ...options }).bytes);
    expect(errors({ signed: true }))
      .to.have.lengthOf(1)
      .and.to.match(/PixelRepresentation/);
    expect(errors({ habit: 'view-position' }))
      .to.have.lengthOf(1)
      .and.to.match(/ViewCodeSequence/);
    expect(errors({ kind: 'missing-pixels' }))
      .to.have.lengthOf(1)
      .and.to.match(/PixelData/);
  });
});

describe('makeExam', () => {
  it('has the four standard views of one patient in one study', () => {
    const exam = makeExam(SMALL);
    expect(exam.map(({ view }) => view)).to.deep.equal(['RCC', 'LCC', 'RMLO', 'LMLO']);
    expect(new Set(exam.map(({ studyInstanceUID }) => studyInstanceUID)).size).to.equal(1);
    expect(new Set(exam.map(({ sopInstanceUID }) => sopInstanceUID)).size).to.equal(4);
    const patients = exam.map(({ bytes }) => readPart10(bytes).dataset.string('PatientID'));
    expect(new Set(patients)).to.deep.equal(new Set(['PHANTOM-1']));
    expect(exam[0]!.sopClassUID).to.equal(sopClass.DigitalMammographyForPresentation);
  });

  it('puts each view into a series of its own where the habit does', () => {
    const series = (habit: HabitName) =>
      new Set(makeExam({ ...SMALL, habit }).map(({ seriesInstanceUID }) => seriesInstanceUID)).size;
    expect(series('ge')).to.equal(1);
    expect(series('hologic')).to.equal(4);
  });

  it('shows a lesion in both views of its breast and in no other', () => {
    const exam = makeExam({
      ...SMALL,
      lesion: { laterality: 'R', kind: 'mass', depth: 0.6, lateral: 0.3, superior: 0.2, diameter: 12 },
    });
    expect(exam.filter(({ lesion }) => lesion).map(({ view }) => view)).to.deep.equal(['RCC', 'RMLO']);
  });
});
