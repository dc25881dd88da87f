import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { asUid, nativeCopy, ownMark, readPart10, sopClass } from '../../src/dicom/index.js';
import {
  capturePicture,
  drawSinglePicture,
  type SecondaryCaptureInput,
  secondaryCapture,
} from '../../src/pictures/index.js';
import { needs } from '../parts.js';
import { ALGORITHM, JAPANESE_NAME, overlayInput, SOURCE } from './examples.js';

function input(change: Partial<SecondaryCaptureInput> = {}): SecondaryCaptureInput {
  return {
    source: SOURCE,
    rgb: drawSinglePicture(overlayInput()),
    algorithm: ALGORITHM,
    method: 'Grad-CAM',
    uids: { seriesInstanceUID: asUid('2.25.6'), sopInstanceUID: asUid('2.25.7') },
    createdAt: new Date(2026, 0, 2, 3, 4, 5),
    seriesNumber: 9001,
    examIsWhole: true,
    ...change,
  };
}

describe('The Secondary Capture', () => {
  it('holds the picture byte for byte', () => {
    // An odd number of bytes, as 533 × 301 × 3, must be padded and nothing else.
    const display = { rows: 401, columns: 301, pixels: new Uint8Array(401 * 301).fill(9) };
    const rgb = drawSinglePicture(overlayInput({ display }));
    const file = secondaryCapture(input({ rgb }));
    const { dataset, transferSyntaxUID } = readPart10(file);
    expect(transferSyntaxUID).to.equal('1.2.840.10008.1.2.5');
    expect(dataset.number('Rows')).to.equal(rgb.rows);
    expect(dataset.number('Columns')).to.equal(rgb.columns);
    expect(dataset.pixelData()!.fragments[0]!.length % 2).to.equal(0);
    expect(Buffer.compare(capturePicture(file)!.pixels, rgb.pixels)).to.equal(0);
    // The archive that takes no compressed pixels gets the same picture.
    const native = nativeCopy(file);
    expect(readPart10(native).transferSyntaxUID).to.equal('1.2.840.10008.1.2.1');
    const pixels = readPart10(native).dataset.pixelData()!.fragments[0]!;
    expect(pixels.length % 2).to.equal(0);
    expect(Buffer.compare(pixels.subarray(0, rgb.pixels.length), rgb.pixels)).to.equal(0);
    expect(readPart10(native).dataset.keywords()).to.deep.equal(dataset.keywords());
    expect(dataset.string('PhotometricInterpretation')).to.equal('RGB');
    expect(dataset.number('PlanarConfiguration')).to.equal(0);
  });

  it("stands in the mammogram's study, in a series of its own, and points back to the mammogram", () => {
    const { dataset } = readPart10(secondaryCapture(input()));
    expect(dataset.string('SOPClassUID')).to.equal(sopClass.SecondaryCapture);
    expect(dataset.string('StudyInstanceUID')).to.equal(SOURCE.studyInstanceUID);
    expect(dataset.string('SeriesInstanceUID')).to.equal('2.25.6');
    expect(dataset.string('SOPInstanceUID')).to.equal('2.25.7');
    const [source] = dataset.items('SourceImageSequence');
    expect(source!.string('ReferencedSOPInstanceUID')).to.equal(SOURCE.sopInstanceUID);
    expect(source!.string('ReferencedSOPClassUID')).to.equal(SOURCE.sopClassUID);
    expect(source!.code('PurposeOfReferenceCodeSequence')?.value).to.equal('121322');
  });

  it('holds nothing that hanging protocols look for', () => {
    for (const examIsWhole of [false, true]) {
      const { dataset } = readPart10(secondaryCapture(input({ examIsWhole })));
      expect(dataset.string('Modality')).to.equal('OT');
      expect(dataset.strings('ImageType')).to.deep.equal(['DERIVED', 'SECONDARY']);
      for (const empty of ['PatientOrientation', 'Laterality'])
        expect(dataset.string(empty), empty).to.equal(undefined);
      for (const keyword of [
        'ViewPosition',
        'ImageLaterality',
        'FrameLaterality',
        'BodyPartExamined',
        'AnatomicRegionSequence',
        'PresentationIntentType',
        'ProtocolName',
        'PositionerType',
        'ViewModifierCodeSequence',
      ])
        expect(dataset.has(keyword), keyword).to.equal(false);
      // Nobody is to measure on it.
      for (const spacing of ['PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing'])
        expect(dataset.has(spacing), spacing).to.equal(false);
      expect(dataset.string('InstanceCreatorUID')).to.equal(ownMark.InstanceCreatorUID);
    }
  });

  it('names no view in a code, and has one that says so only where every view has its mammogram', () => {
    const viewCode = (examIsWhole: boolean) =>
      readPart10(secondaryCapture(input({ examIsWhole }))).dataset.code('ViewCodeSequence');
    expect(viewCode(true)).to.deep.include({ value: '385432009', scheme: 'SCT', meaning: 'Not applicable' });
    expect(viewCode(false)).to.equal(undefined);
  });

  it('tells people side, view and that it is not for primary diagnosis, in words that no protocol knows', () => {
    for (const laterality of ['L', 'R'] as const) {
      for (const [view, words] of [
        ['CC', 'craniocaudal'],
        ['MLO', 'mediolateral oblique'],
      ] as const) {
        const { dataset } = readPart10(secondaryCapture(input({ source: { ...SOURCE, laterality, view } })));
        const description = dataset.string('SeriesDescription')!;
        expect(description).to.equal(`AI heat map ${laterality} ${words}; not for primary diagnosis`);
        expect(description).to.not.match(/CC|MLO|mammo|screen|view/i);
        const comments = dataset.string('ImageComments');
        expect(comments).to.include(`${laterality} ${view}`).and.to.include('not for primary diagnosis');
      }
    }
  });

  it('says what made it, the same in equipment and contributing equipment', () => {
    const { dataset } = readPart10(secondaryCapture(input()));
    const [contributing] = dataset.items('ContributingEquipmentSequence');
    expect(contributing!.code('PurposeOfReferenceCodeSequence')?.value).to.equal('109102');
    for (const equipment of [dataset, contributing!]) {
      expect(equipment.string('Manufacturer')).to.equal(ALGORITHM.manufacturer);
      expect(equipment.string('ManufacturerModelName')).to.equal(ALGORITHM.name);
      expect(equipment.string('SoftwareVersions')).to.equal(ALGORITHM.softwareVersions);
      expect(equipment.string('DeviceSerialNumber')).to.equal(ALGORITHM.deviceUid);
      expect(equipment.string('DeviceUID')).to.equal(ALGORITHM.deviceUid);
    }
    expect(dataset.string('DerivationDescription')).to.match(/Grad-CAM heat map of ddsm-mass 1\.0\.0/);
  });

  it("carries the patient's name byte for byte, and draws nothing of the patient", () => {
    const { dataset } = readPart10(secondaryCapture(input()));
    expect(Buffer.from(dataset.raw('PatientName')!.bytes).toString('latin1').trimEnd()).to.equal(
      JAPANESE_NAME,
    );
    expect(Buffer.from(dataset.raw('SpecificCharacterSet')!.bytes).toString()).to.equal('\\ISO 2022 IR 87 ');
    expect(dataset.string('BurnedInAnnotation')).to.equal('NO');
  });

  it('says where its pixels are not square, as those of the mammogram are not', () => {
    const ratio = (pixelSpacing: [number, number] | undefined) => {
      const source = { ...SOURCE, pixelSpacing, imagerPixelSpacing: undefined };
      return readPart10(secondaryCapture(input({ source }))).dataset.strings('PixelAspectRatio');
    };
    expect(ratio([0.14, 0.07])).to.deep.equal(['2000', '1000']);
    expect(ratio([0.07, 0.0701])).to.deep.equal([]);
    expect(ratio(undefined)).to.deep.equal([]);
  });

  it('stays lossy when the mammogram was, and claims nothing otherwise', () => {
    const lossless = readPart10(secondaryCapture(input())).dataset;
    expect(lossless.has('LossyImageCompression')).to.equal(false);
    const lossyImageCompression = { ratios: [10.5], methods: ['ISO_15444_1'] };
    const { dataset } = readPart10(secondaryCapture(input({ source: { ...SOURCE, lossyImageCompression } })));
    expect(dataset.string('LossyImageCompression')).to.equal('01');
    expect(dataset.numbers('LossyImageCompressionRatio')).to.deep.equal([10.5]);
    expect(dataset.string('LossyImageCompressionMethod')).to.equal('ISO_15444_1');
  });

  it('says how large the mammogram is in it, and where it begins', () => {
    const { top } = drawSinglePicture(overlayInput()).imageArea;
    const said = readPart10(secondaryCapture(input())).dataset.string('DerivationDescription');
    expect(said).to.include('reduced from 900 x 1200 to 300 x 400 pixels');
    expect(said).to.include(`begins below ${top} rows of notice`);
  });

  it('is the same bytes for the same input', () => {
    expect(Buffer.compare(secondaryCapture(input()), secondaryCapture(input()))).to.equal(0);
  });

  it('passes dciodvfy, dcmftest and dcmdump', function () {
    needs(this, 'dciodvfy', 'dcmftest', 'dcmdump');
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'mamori-sc-'));
    try {
      const sources = {
        plain: SOURCE,
        'no-orientation': { ...SOURCE, patientOrientation: undefined, laterality: 'L' as const },
        lossy: {
          ...SOURCE,
          lossyImageCompression: { ratios: [10.5, 2], methods: ['ISO_15444_1', 'ISO_10918_1'] },
        },
        'full-size': { ...SOURCE, rows: 400, columns: 300 },
      };
      for (const [name, source] of Object.entries(sources)) {
        const file = join(folder, `${name}.dcm`);
        writeFileSync(file, secondaryCapture(input({ source })));
        const iod = spawnSync('dciodvfy', ['-new', file], { encoding: 'utf8' });
        const complaints = `${iod.stdout}${iod.stderr}`
          .split('\n')
          .filter((line) => /^(Error|Warning)/.test(line));
        // Device UID came to this sequence later than the validator's tables; IHE AI Results asks for it. And a
        // laterality is kept from hanging protocols on purpose.
        const expected = [
          /^Warning - <\/ContributingEquipmentSequence.*DeviceUID.*not present in standard/,
          /^Warning - <\/Laterality.*only permitted to be empty/,
        ];
        const unexpected = complaints.filter((line) => !expected.some((one) => one.test(line)));
        expect(unexpected, name).to.deep.equal([]);
        expect(iod.status, name).to.equal(0);
        expect(spawnSync('dcmftest', [file]).status, name).to.equal(0);
        const dump = spawnSync('dcmdump', ['-q', file], { encoding: 'utf8' });
        expect([dump.status, dump.stderr], name).to.deep.equal([0, '']);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
