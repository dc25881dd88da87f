import { join } from 'node:path';
import { expect } from 'chai';
import { asUid, rleFrameOf, type SOPInstanceUID, sopClass, writePart10 } from '../../src/dicom/index.js';
import type { DicomWeb, InstanceToStore, StoreAnswer } from '../../src/dicomweb/index.js';
import { openLedger } from '../../src/ledger/index.js';
import { deliver } from '../../src/poller/delivery.js';
import { ALGORITHM, scratch } from './hospital.js';

const sopClassUID = sopClass.SecondaryCapture;
const sopInstanceUID = asUid<SOPInstanceUID>('2.25.3');

/** An archive that shows nothing, and refuses each store for a reason of its own. */
function refusing(reasons: { code: number; meaning: string }[]) {
  const sent: ('compressed' | 'uncompressed')[] = [];
  const pacs: Pick<DicomWeb, 'store' | 'confirm' | 'readBackDelaysMs'> = {
    readBackDelaysMs: [0, 10],
    store: async (_study, instances: readonly InstanceToStore[], options): Promise<StoreAnswer> => {
      sent.push(options?.uncompressed ? 'uncompressed' : 'compressed');
      const reason = reasons[sent.length - 1]!;
      return {
        status: 409,
        instances: instances.map((one) => ({
          sopInstanceUID: one.sopInstanceUID,
          outcome: 'refused',
          reason,
        })),
        otherFailures: [],
      };
    },
    confirm: async (_study, sopInstanceUIDs) => ({ present: [], missing: [...sopInstanceUIDs] }),
  };
  return { pacs: pacs as DicomWeb, sent };
}

describe('A delivery', () => {
  it('that is refused twice, compressed and not, fails for the reason of the second time', async () => {
    const ledger = await openLedger(`sqlite:${join(scratch(), 'ledger.db')}`);
    try {
      const exam = { studyInstanceUID: '2.25.1', ...ALGORITHM };
      await ledger.observe(exam, { fingerprint: 'a' });
      const claim = (await ledger.claim(exam, 'worker', 60_000))!;
      const rleFrame = rleFrameOf([1, 2, 3].map(() => Uint8Array.of(255, 7, 255, 7)));
      const attributes = { SOPClassUID: sopClassUID, SOPInstanceUID: sopInstanceUID, Rows: 2, Columns: 2 };
      const bytes = writePart10(attributes, { rleFrame });
      const picture = { kind: 'secondary-capture' as const, sopClassUID, sopInstanceUID, bytes };
      await ledger.keepObjects(claim, [{ ...picture, seriesInstanceUID: '2.25.2' }], { kind: 'processed' });

      const { pacs, sent } = refusing([
        { code: 0xc122, meaning: 'transfer syntax not supported' },
        { code: 0xa700, meaning: 'out of resources' },
      ]);
      const error = await deliver({ claim, pacs, ledger }).catch((thrown: unknown) => thrown);
      expect(sent).to.deep.equal(['compressed', 'uncompressed']);
      expect(error).to.include({ code: 'delivery-refused', transient: true });
      expect(String(error)).to.include('out of resources (0xA700)');
    } finally {
      await ledger.disconnect();
    }
  });
});
