import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPart10, recogniseMammogram, standardView } from '../../src/dicom/index.js';

/** Beside the repository where present: real images must not be in it. */
const DATA = join('..', 'shared', 'data');

describe('real files', () => {
  before(function () {
    if (!existsSync(DATA)) {
      console.warn(`    ${DATA} is not there: tests on real mammograms are skipped`);
      this.skip();
    }
  });

  const read = (name: string) => readPart10(readFileSync(join(DATA, name)));

  for (const view of ['L_CC', 'L_MLO', 'R_CC', 'R_MLO']) {
    it(`${view} of a four-view exam is recognised`, () => {
      const answer = recogniseMammogram(read(`exam-4view/${view}.dcm`));
      if (answer.kind !== 'mammogram') throw new Error(answer.leftOut.reason);
      expect(standardView(answer.source)).to.equal(view.replace('_', ''));
      expect(answer.source.intent).to.equal('presentation');
    });
  }

  it('a GE image with an SNM3 view code is an R MLO in JPEG Lossless', () => {
    const instance = read('files/ge-mlo-jpeg-lossless.dcm');
    const answer = recogniseMammogram(instance);
    if (answer.kind !== 'mammogram') throw new Error(answer.leftOut.reason);
    expect(standardView(answer.source)).to.equal('RMLO');
    expect(answer.source).to.include({ rows: 3062, columns: 2394, manufacturer: 'GE MEDICAL SYSTEMS' });
    expect(answer.source.viewCode.value).to.equal('399368009');
    expect(instance.dataset.strings('VOILUTFunction')).to.deep.equal(['SIGMOID']);
    expect(instance.dataset.numbers('WindowCenter')).to.deep.equal([2653, 2713, 2569]);
    const tables = instance.dataset.items('VOILUTSequence');
    expect(tables.map((table) => table.numbers('LUTDescriptor'))).to.deep.equal([
      [3447, 625, 12],
      [3016, 1023, 12],
      [3887, 203, 12],
    ]);
    expect(tables[0]?.numbers('LUTData')).to.have.length(3447);
    expect(instance.dataset.pixelData()).to.include({ encapsulated: true });
  });

  it('a Siemens image for a stereotactic biopsy, in a window of the paddle, is no L CC of a screening exam', () => {
    const answer = recogniseMammogram(read('reading/siemens-mammomat-cc.dcm'));
    expect(answer).to.have.nested.property('leftOut.code', 'biopsy-image');
  });

  it("NEMA's mammogram as Secondary Capture is left alone by name", () => {
    const instance = read('files/nema-sc-jpeg2000.dcm');
    expect(instance.dataset.pixelData()?.fragments).to.have.length(41);
    expect(recogniseMammogram(instance)).to.have.nested.property('leftOut.code', 'secondary-capture');
    expect(recogniseMammogram(instance))
      .to.have.nested.property('leftOut.reason')
      .that.includes('Secondary Capture Image (Modality RG)');
  });

  it('cut at any thousandth of their length are refused by name', () => {
    for (const name of [
      'files/ge-mlo-jpeg-lossless.dcm',
      'files/nema-sc-jpeg2000.dcm',
      'exam-4view/L_CC.dcm',
    ]) {
      const bytes = readFileSync(join(DATA, name));
      for (let part = 0; part < 1000; part += 7) {
        const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 1000));
        expect(() => readPart10(cut), `${name} at ${part}`)
          .to.throw()
          .with.property('name', 'DicomReadError');
      }
    }
  });
});
