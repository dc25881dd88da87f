import { expect } from 'chai';
import { asUid, type SOPInstanceUID } from '../../src/dicom/index.js';
import { PacsError } from '../../src/dicomweb/index.js';
import { readBack } from '../../src/dicomweb/readBack.js';
import { caught } from './caught.js';

describe('Reading back what was stored', () => {
  const [one, two] = ['1.9.1', '1.9.2'].map((uid) => asUid<SOPInstanceUID>(uid));
  const wanted = [one!, two!];
  const absent = async () => {
    throw new PacsError('pacs-not-found', 'No such study');
  };
  const down = async () => {
    throw new PacsError('pacs-unreachable', 'No answer');
  };
  const holding = (...uids: string[]) => {
    return async () => uids;
  };
  const from = (listed: () => Promise<string[]>, described: () => Promise<string[]>) =>
    readBack(wanted, { listed, described });

  it('goes by the list, and by the metadata for what is not in it', async () => {
    const never = async () => expect.fail('metadata were asked for without need');
    expect(await from(holding('1.9.2', '1.9.1', '1.9.3'), never)).to.deep.equal({
      present: wanted,
      missing: [],
    });
    expect(await from(holding('1.9.1'), holding('1.9.2'))).to.deep.equal({ present: wanted, missing: [] });
    expect(await from(holding('1.9.10'), holding())).to.deep.equal({ present: [], missing: wanted });
  });

  it('is content with one of the two ways', async () => {
    expect(await from(down, holding('1.9.1'))).to.deep.equal({ present: [one], missing: [two] });
    expect(await from(holding('1.9.1'), down)).to.deep.equal({ present: [one], missing: [two] });
  });

  it('calls everything missing only of a study that is known not to be there', async () => {
    expect(await from(absent, absent)).to.deep.equal({ present: [], missing: wanted });
    expect(await caught(from(down, absent))).to.include({ code: 'pacs-unreachable' });
    expect(await caught(from(absent, down))).to.include({ code: 'pacs-unreachable' });
    expect(await caught(from(down, down))).to.include({ code: 'pacs-unreachable' });
  });
});
