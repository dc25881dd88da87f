import { expect } from 'chai';
import { asUid, sopClass } from '../../src/dicom/index.js';
import { type DicomWeb, type InstanceRecord, PacsError } from '../../src/dicomweb/index.js';
import { InstanceUnavailable } from '../../src/exam/index.js';
import type { InstanceNames } from '../../src/poller/breaker.js';
import { fetchable } from '../../src/poller/retrieval.js';

describe('An image that the archive did not give', () => {
  const listed = {
    seriesInstanceUID: asUid('2.25.2'),
    sopInstanceUID: asUid('2.25.3'),
    sopClassUID: sopClass.DigitalMammographyForPresentation,
  } as unknown as InstanceRecord;

  /** Fails so many times with 500. */
  function image(failures: number, lastTry: boolean) {
    let asked = 0;
    const retrieveInstance = async () => {
      if (asked++ < failures)
        throw new PacsError('pacs-server-error', 'It fails', { status: 500, transient: true });
      return new Uint8Array(1);
    };
    const [instance] = fetchable(asUid('2.25.1'), [listed], { retrieveInstance } as unknown as DicomWeb, {
      lastTry,
    });
    const end = instance!.fetch('stored').then(
      () => 'given',
      (error: Error) => error.constructor,
    );
    return { end, asked: () => asked };
  }

  it('is asked for once more before it is left out, since trouble may have ended meanwhile', async () => {
    const once = image(1, true);
    expect(await once.end).to.equal('given');
    const twice = image(2, true);
    expect(await twice.end).to.equal(InstanceUnavailable);
    expect(twice.asked()).to.equal(2);
  });

  it('is asked for once where there will be another try', async () => {
    const { end, asked } = image(1, false);
    expect(await end).to.equal(PacsError);
    expect(asked()).to.equal(1);
  });

  it('is not final where a redirect, as to a login page, stood in its place, and is where it was refused', async () => {
    for (const [status, end] of [
      [302, PacsError],
      [406, InstanceUnavailable],
    ] as const) {
      const retrieveInstance = async () => {
        throw new PacsError('pacs-refused', 'No', { status });
      };
      const [instance] = fetchable(asUid('2.25.1'), [listed], { retrieveInstance } as unknown as DicomWeb, {
        lastTry: false,
      });
      const met = await instance!.fetch('stored').catch((error: Error) => error);
      expect(met, String(status)).to.be.instanceOf(end);
    }
  });

  it('is held against the archive by images of its own kind alone', async () => {
    const other = (number: number, sopClassUID: string) => ({
      ...listed,
      sopInstanceUID: asUid(`2.25.3${number}`),
      sopClassUID,
    });
    const all = [listed, other(1, listed.sopClassUID!), other(2, sopClass.SecondaryCapture)];
    const retrieveInstance = async () => {
      throw new PacsError('pacs-server-error', 'It fails', { status: 500, transient: true });
    };
    let asked: readonly InstanceNames[] = [];
    const [instance] = fetchable(
      asUid('2.25.1'),
      all as InstanceRecord[],
      { retrieveInstance } as unknown as DicomWeb,
      {
        lastTry: false,
        isOutage: async (_error, peers) => {
          asked = peers;
          return true;
        },
      },
    );
    await instance!.fetch('stored').catch(() => {});
    expect(asked.map(([, , uid]) => uid)).to.deep.equal(['2.25.31']);
  });
});
