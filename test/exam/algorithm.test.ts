import { expect } from 'chai';
import { algorithmOf } from '../../src/exam/examAlgorithm.js';
import type { ExamSettings } from '../../src/exam/index.js';
import type { Bundle } from '../../src/model/index.js';

const SETTINGS: ExamSettings = {
  reports: ['tid1500'],
  notProcessed: true,
  secondaryCapture: 'off',
  presentationState: 'off',
  overview: 'off',
  explain: { method: 'grad-cam' },
};
const BUNDLE = { name: 'small', version: '1.0.0', manufacturer: 'Mamori', digest: 'a'.repeat(64) } as Bundle;

describe('What objects say made them', () => {
  const named = (bundle: Partial<Bundle>, software = '0.1.0') =>
    algorithmOf({ ...BUNDLE, ...bundle }, SETTINGS, software);

  it('is the same device for the same bundle, whatever runs it', () => {
    expect(named({}, '0.2.0').deviceUid).to.equal(named({}).deviceUid);
  });

  it('is another device for every bundle, also where name and version were kept', () => {
    const others = [
      { name: 'other' },
      { version: '1.0.1' },
      { manufacturer: 'Other' },
      { digest: 'b'.repeat(64) },
    ];
    const uids = new Set([{}, ...others].map((bundle) => named(bundle).deviceUid));
    expect(uids.size).to.equal(5);
  });

  it('names the method of the heat maps, and never as Grad-CAM what is none', () => {
    expect(named({}).parameters).to.include('heat-map=Grad-CAM');
    expect(named({ explanation: 'occlusion' }).parameters).to.include('heat-map=occlusion map, not Grad-CAM');
  });

  it("has Mamori's version as its software, and the bundle's as the algorithm's", () => {
    expect(named({})).to.include({ softwareVersions: 'Mamori 0.1.0', version: '1.0.0' });
  });
});
