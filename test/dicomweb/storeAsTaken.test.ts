import { expect } from 'chai';
import {
  asUid,
  isCompressed,
  rleFrameOf,
  type SOPInstanceUID,
  sopClass,
  writePart10,
} from '../../src/dicom/index.js';
import { type InstanceToStore, PacsError, type StoreAnswer } from '../../src/dicomweb/index.js';
import { storeAsTaken } from '../../src/dicomweb/storeAsTaken.js';

const sopClassUID = sopClass.SecondaryCapture;

function instance(n: number, compressed: boolean): InstanceToStore {
  const sopInstanceUID = asUid<SOPInstanceUID>(`2.25.${n}`);
  const attributes = { SOPClassUID: sopClassUID, SOPInstanceUID: sopInstanceUID, Rows: 2, Columns: 2 };
  // Two rows of two alike in each plane.
  const rleFrame = rleFrameOf([1, 2, 3].map(() => Uint8Array.of(255, n, 255, n)));
  return { sopInstanceUID, sopClassUID, bytes: writePart10(attributes, compressed ? { rleFrame } : {}) };
}

const REPORT = instance(1, false);
const PICTURES = [instance(2, true), instance(3, true)];
const ALL = [REPORT, ...PICTURES];

/** An archive that refuses compressed instances in its own way, and what it was sent. */
function archive(refuse: (instances: readonly InstanceToStore[]) => StoreAnswer) {
  const sent: string[][] = [];
  const taken = { compressed: true };
  const store = (instances: readonly InstanceToStore[]) =>
    storeAsTaken(
      instances,
      async (some) => {
        sent.push(
          some.map(
            ({ bytes, sopInstanceUID }) => `${sopInstanceUID.slice(5)}${isCompressed(bytes) ? 'c' : ''}`,
          ),
        );
        return refuse(some);
      },
      taken,
    );
  return { sent, taken, store };
}

const answerOf = (
  instances: readonly InstanceToStore[],
  takes: (one: InstanceToStore) => boolean,
): StoreAnswer => ({
  status: 200,
  instances: instances.map((one) => ({
    sopInstanceUID: one.sopInstanceUID,
    outcome: takes(one) ? 'stored' : 'refused',
    ...(takes(one) ? {} : { reason: { code: 0xc122, meaning: 'transfer syntax not supported' } }),
  })),
  otherFailures: [],
});

describe('Compressed instances', () => {
  it('are stored as they are where the archive takes them', async () => {
    const { sent, store } = archive((some) => answerOf(some, () => true));
    await store(ALL);
    await store(ALL);
    expect(sent).to.deep.equal([
      ['1', '2c', '3c'],
      ['1', '2c', '3c'],
    ]);
  });

  it('are sent uncompressed where it refuses them one by one, and from then on at once', async () => {
    const { sent, store } = archive((some) => answerOf(some, ({ bytes }) => !isCompressed(bytes)));
    const answer = await store(ALL);
    expect(answer.instances.map(({ outcome }) => outcome)).to.deep.equal(['stored', 'stored', 'stored']);
    await store(ALL);
    expect(sent).to.deep.equal([
      ['1', '2c', '3c'],
      ['2', '3'],
      ['1', '2', '3'],
    ]);
  });

  for (const status of [400, 406, 415]) {
    it(`are sent uncompressed where it refuses the whole request with ${status}`, async () => {
      const { sent, store } = archive((some) => {
        if (some.some(({ bytes }) => isCompressed(bytes)))
          throw new PacsError('pacs-refused', 'No', { status });
        return answerOf(some, () => true);
      });
      await store(ALL);
      expect(sent.at(-1)).to.deep.equal(['1', '2', '3']);
    });
  }

  it('are not held against an archive that refuses everything', async () => {
    const { taken, store } = archive((some) => answerOf(some, () => false));
    const answer = await store(ALL);
    expect(answer.instances.map(({ outcome }) => outcome)).to.deep.equal(['refused', 'refused', 'refused']);
    expect(taken.compressed).to.equal(true);
  });

  it('alone are sent a second time, and none of which the archive has one already', async () => {
    const { sent, taken, store } = archive((some) => {
      const answer = answerOf(some, () => false);
      const [, second] = PICTURES;
      const instances = answer.instances.map((outcome) =>
        outcome.sopInstanceUID === second!.sopInstanceUID ? { ...outcome, duplicate: true } : outcome,
      );
      return { ...answer, instances };
    });
    await store(ALL);
    expect(sent).to.deep.equal([['1', '2c', '3c'], ['2']]);
    expect(taken.compressed).to.equal(true);
  });

  it('are not sent a second time after an outage, nor where nothing is compressed', async () => {
    const outage = archive(() => {
      throw new PacsError('pacs-unreachable', 'Gone');
    });
    let error: unknown;
    await outage.store(ALL).catch((thrown: unknown) => {
      error = thrown;
    });
    expect(error).to.have.property('code', 'pacs-unreachable');
    expect(outage.sent).to.have.length(1);
    const plain = archive((some) => answerOf(some, () => false));
    await plain.store([REPORT]);
    expect(plain.sent).to.deep.equal([['1']]);
  });
});
