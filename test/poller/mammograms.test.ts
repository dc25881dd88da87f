import { expect } from 'chai';
import { asUid, fromDicomJson, sopClass } from '../../src/dicom/index.js';
import type { InstanceRecord } from '../../src/dicomweb/index.js';
import { examInstances, fingerprintOf, seenInstances } from '../../src/poller/mammograms.js';

let count = 0;
function listed(sopClassUID: string | undefined, modality: string | undefined = 'MG'): InstanceRecord {
  return {
    studyInstanceUID: asUid('1.2'),
    seriesInstanceUID: asUid('1.2.3'),
    sopInstanceUID: asUid(`1.2.3.${++count}`),
    sopClassUID: sopClassUID === undefined ? undefined : asUid(sopClassUID),
    modality,
    imageLaterality: undefined,
    viewPosition: undefined,
  };
}

const foreign = { isOwn: async () => false };
const uids = (instances: { sopInstanceUID: string }[]) => instances.map((one) => one.sopInstanceUID);
const partOf = async (...instances: InstanceRecord[]) => uids(await examInstances(instances, foreign));

const IMAGES_NOT_ANALYSED = [
  sopClass.ComputedRadiography,
  sopClass.DigitalXRayForPresentation,
  sopClass.BreastTomosynthesis,
  sopClass.BreastProjectionForPresentation,
  sopClass.SecondaryCapture,
  sopClass.SecondaryCaptureMultiFrameGrayscaleWord,
  '1.3.46.670589.2.3.1.1',
];

describe('What an exam is made of', () => {
  for (const sopClassUID of IMAGES_NOT_ANALYSED) {
    it(`is any image of modality MG, so that none is passed over in silence: ${sopClassUID}`, async () => {
      const image = listed(sopClassUID);
      expect(await partOf(image)).to.deep.equal([image.sopInstanceUID]);
    });
  }

  it('is not a report, presentation state or document, whatever modality it claims', async () => {
    const others = [
      sopClass.MammographyCADSR,
      sopClass.Comprehensive3DSR,
      sopClass.KeyObjectSelection,
      sopClass.GrayscaleSoftcopyPresentationState,
      sopClass.EncapsulatedPDF,
    ].map((uid) => listed(uid));
    expect(await partOf(...others)).to.deep.equal([]);
  });

  it('is nothing that Mamori wrote', async () => {
    const own = listed(sopClass.SecondaryCapture);
    const isOwn = async (uid: string) => uid === own.sopInstanceUID;
    expect(await examInstances([own], { isOwn })).to.deep.equal([]);
  });

  it('is, where the archive tells no modality, what has a SOP class of mammography or none', async () => {
    const unknown = (uid: string | undefined) => ({ ...listed(uid), modality: undefined });
    const told = [
      sopClass.DigitalMammographyForPresentation,
      sopClass.BreastTomosynthesis,
      sopClass.BreastProjectionForProcessing,
      undefined,
    ].map(unknown);
    const others = [sopClass.ComputedRadiography, sopClass.SecondaryCapture, sopClass.CT].map(unknown);
    for (const one of told) expect(await partOf(one)).to.deep.equal([one.sopInstanceUID]);
    expect(await partOf(...others)).to.deep.equal([]);
    expect(await partOf(listed(sopClass.Ultrasound, 'US'), listed(undefined, 'US'))).to.deep.equal([]);
  });

  it("takes Secondary Captures for other makers' results, the rest for a part of the exam", async () => {
    const mammogram = listed(sopClass.DigitalMammographyForPresentation);
    const [film, capture] = [listed(sopClass.ComputedRadiography), listed(sopClass.SecondaryCapture)];
    expect(await partOf(capture, mammogram, film)).to.deep.equal(uids([mammogram, film]));
  });
});

describe('The fingerprint of an exam', () => {
  const mammogram = listed(sopClass.DigitalMammographyForPresentation);
  const others = IMAGES_NOT_ANALYSED.map((uid) => listed(uid));

  it('does not change when what cannot be analysed joins mammograms', () => {
    for (const other of others) {
      expect(fingerprintOf([other, mammogram])).to.equal(fingerprintOf([mammogram]));
    }
  });

  it('covers what cannot be analysed in an exam of nothing else, so that a mammogram that follows is seen', () => {
    const both = fingerprintOf(others.slice(0, 2));
    expect(both).not.to.equal(fingerprintOf(others.slice(0, 1)));
    expect(fingerprintOf([...others, mammogram])).not.to.equal(fingerprintOf(others));
    expect(both).to.equal(fingerprintOf(others.slice(0, 2).reverse()));
  });
});

describe('The views that count for completeness', () => {
  it('are not those of images that cannot be analysed, whatever the archive says of their view', async () => {
    const tomo = listed(sopClass.BreastTomosynthesis);
    const described = [
      fromDicomJson({
        '00080018': { vr: 'UI', Value: [tomo.sopInstanceUID] },
        '00200062': { vr: 'CS', Value: ['L'] },
        '00185101': { vr: 'CS', Value: ['CC'] },
      }),
    ];
    const capture = { ...listed(sopClass.SecondaryCapture), imageLaterality: 'L', viewPosition: 'CC' };
    expect(await seenInstances([tomo, capture], 1, async () => described)).to.deep.equal([]);
  });
});
