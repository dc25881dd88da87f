import { expect } from 'chai';
import fc from 'fast-check';
import { asUid, type SOPInstanceUID, sopClass } from '../../src/dicom/index.js';
import { percent } from '../../src/findings/index.js';
import { encodeTree } from '../../src/sr/content/encode.js';
import { closedPolyline, code, container, image, point, text } from '../../src/sr/content/item.js';
import { byReference, contains, hasProperties, selectedFrom } from '../../src/sr/content/relationship.js';

const CONCEPT = { value: '1', scheme: '99TEST', meaning: 'Test' };
const INSTANCE = { sopClassUID: sopClass.BasicTextSR, sopInstanceUID: asUid<SOPInstanceUID>('1.2.4') };

describe('Content tree', () => {
  it('points to items by their position, counted from 1 at the root', () => {
    const target = image(undefined, INSTANCE);
    const place = point(CONCEPT, { x: 1, y: 2 }, byReference(selectedFrom(target)));
    const finding = code(CONCEPT, CONCEPT, [hasProperties(place)]);
    const library = container(CONCEPT, [contains(text(CONCEPT, 'first')), contains(target)]);
    const encoded = encodeTree(container(CONCEPT, [contains(library), contains(finding)]));
    expect(JSON.stringify(encoded)).to.include('"ReferencedContentItemIdentifier":[1,1,2]');
  });

  it('is refused when an item is pointed to and stands nowhere, or stands twice', () => {
    const lost = point(CONCEPT, { x: 1, y: 2 }, byReference(selectedFrom(image(undefined, INSTANCE))));
    expect(() => encodeTree(container(CONCEPT, [contains(lost)]))).to.throw('stands nowhere');
    const twice = text(CONCEPT, 'twice');
    expect(() => encodeTree(container(CONCEPT, [contains(twice), contains(twice)]))).to.throw('held twice');
  });

  it('closes an outline without changing it', () => {
    const outline = [
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 4, y: 4 },
    ];
    const { points } = closedPolyline(CONCEPT, outline, selectedFrom(image(undefined, INSTANCE)));
    expect(points).to.deep.equal([...outline, outline[0]]);
  });
});

describe('A probability in words', () => {
  const probability = fc.double({ min: 0, max: 1, noNaN: true });

  it('lies on the same side of the operating point as the number', () => {
    fc.assert(
      fc.property(probability, fc.integer({ min: 1, max: 99 }), (value, operatingPercent) => {
        const operatingPoint = operatingPercent / 100;
        const shown = Number(percent(value, operatingPoint));
        expect(shown / 100 >= operatingPoint).to.equal(value >= operatingPoint);
        expect(Math.abs(shown - value * 100)).to.be.at.most(0.05 + 1e-9);
      }),
    );
  });

  it('fits the 16 characters of a decimal string', () => {
    fc.assert(
      fc.property(probability, probability, (value, operatingPoint) => {
        expect(percent(value, operatingPoint)).to.have.length.at.most(16);
      }),
    );
  });

  it('says neither 0 nor 100 of what is not', () => {
    expect([0, 0.0004, 0.03, 0.5, 0.9996, 1].map((value) => percent(value, 0.5))).to.deep.equal([
      '0.0',
      '0.04',
      '3.0',
      '50.0',
      '99.96',
      '100.0',
    ]);
  });
});
