import { expect } from 'chai';
import { readPart10, transferSyntax } from '../../src/dicom/index.js';
import { DicomWeb } from '../../src/dicomweb/index.js';
import { makeExam } from '../../src/phantom/index.js';
import { capturePicture } from '../../src/pictures/index.js';
import { type OpenBench, openBench } from '../exam/openBench.js';
import { smallBundle } from '../model/bundles.js';
import { realArchive, Station, type TestArchive, today } from '../poller/hospital.js';
import { requireOrthanc } from './orthanc.js';

/** Orthanc that takes no RLE, as some archives do. */
const REFUSES_RLE = `function ReceivedInstanceFilter(dicom, origin, info)
  return info["TransferSyntaxUID"] ~= "${transferSyntax.RLELossless}"
end`;

describe('Compressed pictures and the archive', () => {
  let bench: OpenBench;

  before(async function () {
    requireOrthanc(this);
    bench = await openBench(await smallBundle());
  });
  after(() => bench?.close());

  /** The pictures as the archive holds them after an exam went its whole way. */
  async function heldBy(archive: TestArchive) {
    const exam = makeExam({ rows: 320, columns: 256, seed: 'compression', date: today() });
    await archive.add(...exam);
    // What it does not show at once it never shows.
    const here = await Station.open({ ...archive.access, readBackDelaysMs: [0, 100] }, { bench });
    const pacs = new DicomWeb(archive.access);
    try {
      const study = exam[0]!.studyInstanceUID;
      const [report] = await here.poller.process([study]);
      expect(report!.end).to.equal('delivered');
      const names = report!.objects.filter(({ kind }) => kind === 'secondary-capture');
      const listed = await pacs.instances(study);
      return await Promise.all(
        names.map(async ({ sopInstanceUID }) => {
          const { seriesInstanceUID } = listed.find((one) => one.sopInstanceUID === sopInstanceUID)!;
          const bytes = await pacs.retrieveInstance(study, seriesInstanceUID, sopInstanceUID);
          return { bytes, kept: here.kept.get(sopInstanceUID)! };
        }),
      );
    } finally {
      await Promise.all([here.close(), pacs.close()]);
    }
  }

  for (const [name, options, syntax] of [
    ['stay compressed where it takes them', {}, transferSyntax.RLELossless],
    [
      'come uncompressed where it does not, pixel by pixel the same',
      { lua: REFUSES_RLE },
      transferSyntax.ExplicitVRLittleEndian,
    ],
  ] as const) {
    it(name, async () => {
      const archive = await realArchive(options);
      try {
        const held = await heldBy(archive);
        expect(held).to.have.length(4);
        for (const { bytes, kept } of held) {
          expect(readPart10(kept).transferSyntaxUID).to.equal(transferSyntax.RLELossless);
          expect(readPart10(bytes).transferSyntaxUID).to.equal(syntax);
          const [there, here] = [capturePicture(bytes)!, capturePicture(kept)!];
          expect(Buffer.compare(there.pixels, here.pixels)).to.equal(0);
        }
      } finally {
        await archive.stop();
      }
    });
  }
});
