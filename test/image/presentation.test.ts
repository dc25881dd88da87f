import { expect } from 'chai';
import { type Attributes, readPart10 } from '../../src/dicom/index.js';
import { decodePixels, presentationImage } from '../../src/image/index.js';
import { makeInstance, makeMammogram } from '../../src/phantom/index.js';
import { type GreyOptions, greyInstance } from './instances.js';

/** Brightness, 0 to 65535, of each word. */
async function shown(
  words: number[],
  attributes: Attributes,
  options: Partial<GreyOptions> = {},
): Promise<number[]> {
  const instance = greyInstance({ words, attributes, ...options });
  return [...presentationImage(instance.dataset, await decodePixels(instance)).pixels];
}

const white = (share: number) => Math.round(65535 * share);
const words16 = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);

describe('presentationImage', () => {
  it('applies LINEAR windows as PS3.3 C.11.2.1.2 defines them', async () => {
    // The standard's own examples: c = 2048, w = 4096 over 0…4095, and c = 2048, w = 1.
    const full = { WindowCenter: 2048, WindowWidth: 4096 };
    expect(await shown([0, 1, 2047, 4095], full)).to.deep.equal([
      0,
      white(1 / 4095),
      white(2047 / 4095),
      65535,
    ]);
    expect(await shown([2047, 2048], { WindowCenter: 2048, WindowWidth: 1 })).to.deep.equal([0, 65535]);
    // c = 0, w = 100: −50 and below is black, 49 and above white.
    const signed = { bitsStored: 12, signed: true };
    expect(
      await shown([-51 & 0xffff, -50 & 0xffff, 0, 49, 50], { WindowCenter: 0, WindowWidth: 100 }, signed),
    ).to.deep.equal([0, 0, white(0.5 / 99 + 0.5), 65535, 65535]);
  });

  it('goes by the SOP class, as the recognition does, where Presentation Intent Type contradicts it', async () => {
    const window = { WindowCenter: 2048, WindowWidth: 4096 };
    const words = [0, 1000, 2000, 4095];
    const contradictory = await shown(words, { ...window, PresentationIntentType: 'FOR PROCESSING' });
    expect(contradictory).to.deep.equal(await shown(words, window));
  });

  it('applies LINEAR_EXACT windows as C.11.2.1.3.2 defines them', async () => {
    const window = { VOILUTFunction: 'LINEAR_EXACT', WindowCenter: 2048, WindowWidth: 4096 };
    expect(await shown([0, 1024, 2048, 4095], window)).to.deep.equal([
      0,
      white(0.25),
      white(0.5),
      white(4095 / 4096),
    ]);
  });

  it('applies SIGMOID windows as C.11.2.1.3.1 defines them', async () => {
    const window = { VOILUTFunction: 'SIGMOID', WindowCenter: 2000, WindowWidth: 1000 };
    const at = (x: number) => white(1 / (1 + Math.exp((-4 * (x - 2000)) / 1000)));
    expect(await shown([0, 1750, 2000, 2250, 4000], window)).to.deep.equal(
      [0, 1750, 2000, 2250, 4000].map(at),
    );
    expect(at(2250)).to.equal(Math.round(65535 * 0.7310585786));
  });

  it('takes the first of several windows, and passes over one that is impossible', async () => {
    const several = { WindowCenter: [100, 2000], WindowWidth: [101, 500] };
    expect(await shown([49, 150, 151], several)).to.deep.equal([0, 65535, 65535]);
    const first = { WindowCenter: [100, 2000], WindowWidth: [0, 2] };
    expect(await shown([1998, 2000], first)).to.deep.equal([0, 65535]);
  });

  it('takes windows narrower than 1 where they are exact, as rescaled values may need', async () => {
    for (const VOILUTFunction of ['LINEAR_EXACT', 'SIGMOID']) {
      const narrow = { VOILUTFunction, RescaleSlope: 0.001, WindowCenter: 1, WindowWidth: 0.5 };
      const [dark, grey, bright] = await shown([800, 1000, 1200], narrow);
      expect(grey, VOILUTFunction).to.equal(white(0.5));
      expect(dark, VOILUTFunction).to.be.within(white(0.05), white(0.2));
      expect(bright, VOILUTFunction).to.be.within(white(0.8), white(0.95));
    }
  });

  it('rescales before the window', async () => {
    const attributes = { RescaleSlope: 2, RescaleIntercept: -100, WindowCenter: 100.5, WindowWidth: 101 };
    expect(await shown([75, 100, 125], attributes)).to.deep.equal([0, white(0.5), 65535]);
    // A slope of nothing is none: everything would be of one grey.
    const none = { ...attributes, RescaleSlope: 0 };
    expect(await shown([150, 200, 250], none)).to.deep.equal([0, white(0.5), 65535]);
  });

  it('takes a VOI LUT before windows, clamped at both ends', async () => {
    const table = { LUTDescriptor: [4, 10, 12], LUTData: words16(0, 1000, 3000, 4095) };
    const attributes = { VOILUTSequence: [table], WindowCenter: 1, WindowWidth: 1 };
    expect(await shown([0, 10, 11, 12, 13, 4000], attributes)).to.deep.equal([
      0,
      0,
      white(1000 / 4095),
      white(3000 / 4095),
      65535,
      65535,
    ]);
  });

  it('takes the first of several VOI LUTs', async () => {
    const table = (...entries: number[]) => ({ LUTDescriptor: [2, 0, 8], LUTData: words16(...entries) });
    expect(await shown([0, 1], { VOILUTSequence: [table(0, 255), table(255, 0)] })).to.deep.equal([0, 65535]);
  });

  it('reads lookup tables for stored values without a sign that mean negative ones', async () => {
    const below = { LUTDescriptor: [3, -1 & 0xffff, 8], LUTData: words16(0, 51, 255) };
    const attributes = { RescaleSlope: 1, RescaleIntercept: -10, VOILUTSequence: [below] };
    expect(await shown([0, 9, 10, 11], attributes)).to.deep.equal([0, 0, white(0.2), 65535]);
  });

  it('reads lookup tables that begin in the upper half of 16 bits', async () => {
    const table = { LUTDescriptor: [3, 40_000, 8], LUTData: words16(0, 51, 255) };
    const wide = { bitsStored: 16 };
    expect(await shown([0, 40_000, 40_001, 40_002], { VOILUTSequence: [table] }, wide)).to.deep.equal([
      0,
      0,
      white(0.2),
      65535,
    ]);
  });

  it('reads lookup tables for signed values, with packed bytes, and with too few bits stated', async () => {
    const below = { LUTDescriptor: [3, -1 & 0xffff, 8], LUTData: words16(0, 100, 255) };
    const signed = { signed: true };
    expect(
      await shown([-2 & 0xffff, -1 & 0xffff, 0, 1, 2], { VOILUTSequence: [below] }, signed),
    ).to.deep.equal([0, 0, white(100 / 255), 65535, 65535]);
    const packed = { LUTDescriptor: [4, 0, 8], LUTData: Uint8Array.of(0, 51, 102, 255) };
    expect(await shown([0, 1, 2, 3], { VOILUTSequence: [packed] })).to.deep.equal([
      0,
      white(0.2),
      white(0.4),
      65535,
    ]);
    const odd = { LUTDescriptor: [3, 0, 8], LUTData: Uint8Array.of(0, 51, 255, 0) };
    expect(await shown([0, 1, 2, 3], { VOILUTSequence: [odd] })).to.deep.equal([0, white(0.2), 65535, 65535]);
    const few = { LUTDescriptor: [2, 0, 8], LUTData: words16(0, 1023) };
    expect(await shown([0, 1], { VOILUTSequence: [few] })).to.deep.equal([0, 65535]);
  });

  it('applies a Modality LUT', async () => {
    const table = { LUTDescriptor: [3, 0, 16], LUTData: words16(0, 500, 1000), ModalityLUTType: 'US' };
    const attributes = { ModalityLUTSequence: [table], WindowCenter: 500.5, WindowWidth: 1001 };
    expect(await shown([0, 1, 2, 3], attributes)).to.deep.equal([0, white(0.5), 65535, 65535]);
  });

  it('inverts MONOCHROME1 once, with or without INVERSE beside it', async () => {
    const window = { WindowCenter: 2048, WindowWidth: 4096 };
    const inverse = { ...window, PresentationLUTShape: 'INVERSE' };
    const first = { photometric: 'MONOCHROME1' };
    expect(await shown([0, 4095], window, first)).to.deep.equal([65535, 0]);
    expect(await shown([0, 4095], inverse, first)).to.deep.equal([65535, 0]);
    expect(await shown([0, 4095], inverse)).to.deep.equal([65535, 0]);
    expect(await shown([0, 4095], { ...window, PresentationLUTShape: 'IDENTITY' })).to.deep.equal([0, 65535]);
  });

  it('shows padding black, a whole range of it, inverted or not', async () => {
    const window = { WindowCenter: 2048, WindowWidth: 4096 };
    const first = { photometric: 'MONOCHROME1' };
    expect(await shown([0, 100], { ...window, PixelPaddingValue: 0 }, first)).to.deep.equal([
      0,
      white(1 - 100 / 4095),
    ]);
    const range = { ...window, PixelPaddingValue: 4090, PixelPaddingRangeLimit: 4095 };
    expect(await shown([4089, 4090, 4093, 4095], range)).to.deep.equal([white(4089 / 4095), 0, 0, 0]);
    // The limit is on either side of the value (PS3.3 C.7.5.1.1.2).
    const downwards = { ...window, PixelPaddingValue: 5, PixelPaddingRangeLimit: 2 };
    expect(await shown([1, 2, 5, 6], downwards)).to.deep.equal([white(1 / 4095), 0, 0, white(6 / 4095)]);
    const signed = { ...window, PixelPaddingValue: -5 };
    expect(
      await shown(
        [-5 & 0xffff, -4 & 0xffff, 4000],
        { ...signed, WindowCenter: 0 },
        { signed: true, bitsStored: 16 },
      ),
    ).to.deep.equal([0, white((-4 + 0.5) / 4095 + 0.5), 65535]);
  });

  it('ignores what stands above Bits Stored', async () => {
    const window = { WindowCenter: 2048, WindowWidth: 4096 };
    expect(await shown([0xf000, 0x8fff], window)).to.deep.equal([0, 65535]);
  });

  it('takes values from below High Bit, the lowest of signed ones too', async () => {
    const window = { WindowCenter: 2048, WindowWidth: 4096 };
    const above = { highBit: 15 };
    expect(await shown([0x000f, 0x8000, 0xfff0], window, above)).to.deep.equal([
      0,
      white(2048 / 4095),
      65535,
    ]);
    const signed = { bitsStored: 12, signed: true };
    expect(await shown([0x800, 0xf800, 0x7ff], { ...window, WindowCenter: 0 }, signed)).to.deep.equal([
      0, 0, 65535,
    ]);
  });

  it('takes what a lossy codec decodes beyond Bits Stored for the nearest value there is', async () => {
    const shownBeyond = async (options: GreyOptions, width: number, center: number) => {
      const attributes = { WindowCenter: center, WindowWidth: width };
      const instance = greyInstance({ ...options, attributes });
      const stored = await decodePixels(instance);
      return [...presentationImage(instance.dataset, { ...stored, overshoots: true }).pixels];
    };
    expect(await shownBeyond({ words: [0, 4094, 4095, 4096, 5000] }, 4096, 2048)).to.deep.equal([
      0,
      white(4094 / 4095),
      65535,
      65535,
      65535,
    ]);
    const signed = { words: [-3000, -2048, -2047, 2047, 2048].map((word) => word & 0xffff), signed: true };
    const lowest = [0, 0, white(1 / 4095)];
    expect(await shownBeyond(signed, 4096, 0)).to.deep.equal([...lowest, 65535, 65535]);
    const bytes = { words: [-20, -16, -15, 15, 16].map((word) => word & 0xff), signed: true };
    expect(await shownBeyond({ ...bytes, bitsAllocated: 8, bitsStored: 5 }, 32, 0)).to.deep.equal([
      0,
      0,
      white(1 / 31),
      65535,
      65535,
    ]);
  });

  it('names a table or function that cannot be used', async () => {
    const bad: Attributes[] = [
      { VOILUTSequence: [{ LUTDescriptor: [4, 0, 8], LUTData: Uint8Array.of(1, 2) }] },
      { VOILUTSequence: [{ LUTDescriptor: [4, 0, 40], LUTData: words16(1, 2, 3, 4) }] },
      { ModalityLUTSequence: [{ LUTDescriptor: [4, 0, 8] }] },
      { VOILUTFunction: 'CUBIC', WindowCenter: 1, WindowWidth: 2 },
    ];
    for (const attributes of bad) {
      const error = await shown([1, 2], attributes).catch((one: unknown) => one as { code: string });
      expect(error).to.have.property('code', 'presentation-broken');
    }
  });

  describe('of made mammograms', () => {
    const size = { rows: 160, columns: 128, seed: 5 };

    for (const habit of ['plain', 'ge', 'hologic', 'siemens'] as const) {
      for (const photometric of ['MONOCHROME1', 'MONOCHROME2'] as const) {
        for (const { bits, signed } of [
          { bits: 8, signed: false },
          { bits: 12, signed: true },
          { bits: 16, signed: false },
        ]) {
          it(`shows what was drawn: ${habit}, ${photometric}, ${bits} bits${signed ? ' signed' : ''}`, async () => {
            const options = { ...size, habit, photometric, bits, signed };
            const drawn = makeMammogram({ ...options, view: 'CC', laterality: 'L' }).values;
            const instance = readPart10(makeInstance(options).bytes);
            const { pixels } = presentationImage(instance.dataset, await decodePixels(instance));
            // Between the ends of a window, as far as the bits and the steepest part of its curve go.
            let worst = 0;
            for (let i = 0; i < pixels.length; i++) {
              if (drawn[i]! < 2000 || drawn[i]! > 63000) continue;
              worst = Math.max(worst, Math.abs(pixels[i]! - drawn[i]!));
            }
            expect(worst).to.be.at.most((65535 / 2 ** bits) * 6 + 2);
          });
        }
      }
    }

    const correlation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
      const mean = (v: ArrayLike<number>) => Array.from(v).reduce((sum, one) => sum + one, 0) / v.length;
      const [ma, mb] = [mean(a), mean(b)];
      let [ab, aa, bb] = [0, 0, 0];
      for (let i = 0; i < a.length; i++) {
        ab += (a[i]! - ma) * (b[i]! - mb);
        aa += (a[i]! - ma) ** 2;
        bb += (b[i]! - mb) ** 2;
      }
      return ab / Math.sqrt(aa * bb);
    };

    for (const photometric of ['MONOCHROME1', 'MONOCHROME2'] as const) {
      it(`shows raw detector values For Processing with dense tissue bright: ${photometric}`, async () => {
        const options = { ...size, photometric, intent: 'processing' as const };
        const drawn = makeMammogram({ ...options, view: 'CC', laterality: 'L' }).values;
        const instance = readPart10(makeInstance(options).bytes);
        const { pixels } = presentationImage(instance.dataset, await decodePixels(instance));
        expect(correlation(pixels, drawn)).to.be.greaterThan(0.9);
        expect(Math.max(...pixels)).to.equal(65535);
      });

      it(`is not misled by detector elements that read nothing: ${photometric}`, async () => {
        const options = { ...size, photometric, intent: 'processing' as const };
        const instance = readPart10(makeInstance(options).bytes);
        const stored = await decodePixels(instance);
        const { pixels: whole } = presentationImage(instance.dataset, stored);
        stored.words.fill(0, 0, 3);
        const { pixels } = presentationImage(instance.dataset, stored);
        const apart = pixels.map((pixel, at) => (at < 3 ? 0 : Math.abs(pixel - whole[at]!)));
        expect(Math.max(...apart)).to.be.below(white(0.01));
      });

      it(`lays a window around the breast where the image has none: ${photometric}`, async () => {
        const override = {
          WindowCenter: undefined,
          WindowWidth: undefined,
          WindowCenterWidthExplanation: undefined,
        };
        const options = { ...size, photometric, bits: 14 };
        const drawn = makeMammogram({ ...options, view: 'CC', laterality: 'L' }).values;
        const instance = readPart10(makeInstance({ ...options, override }).bytes);
        expect(instance.dataset.has('WindowCenter')).to.equal(false);
        const { pixels } = presentationImage(instance.dataset, await decodePixels(instance));
        expect(correlation(pixels, drawn)).to.be.greaterThan(0.95);
        expect(Math.max(...pixels)).to.equal(65535);
      });
    }

    const rawImage = async (photometric: 'MONOCHROME1' | 'MONOCHROME2', override: Attributes = {}) => {
      const instance = readPart10(
        makeInstance({ ...size, photometric, intent: 'processing', override }).bytes,
      );
      return { instance, stored: await decodePixels(instance) };
    };

    it('takes readings for such that fall with density where their sign is not said', async () => {
      const said = await rawImage('MONOCHROME1');
      const silent = await rawImage('MONOCHROME1', {
        PixelIntensityRelationship: undefined,
        PixelIntensityRelationshipSign: undefined,
      });
      expect(presentationImage(silent.instance.dataset, silent.stored).pixels).to.deep.equal(
        presentationImage(said.instance.dataset, said.stored).pixels,
      );
    });

    it('turns logarithmic readings that fall with density about, and takes no second logarithm', async () => {
      const growing = await rawImage('MONOCHROME2');
      const falling = await rawImage('MONOCHROME2', { PixelIntensityRelationshipSign: 1 });
      const highest = 2 ** falling.stored.bitsStored - 1;
      falling.stored.words.forEach((word, at) => {
        falling.stored.words[at] = highest - word;
      });
      const expected = presentationImage(growing.instance.dataset, growing.stored).pixels;
      const { pixels } = presentationImage(falling.instance.dataset, falling.stored);
      expect(pixels.every((pixel, at) => Math.abs(pixel - expected[at]!) <= 1)).to.equal(true);
    });

    it('goes by no window of an image For Processing', async () => {
      const plain = await rawImage('MONOCHROME1');
      const windowed = await rawImage('MONOCHROME1', { WindowCenter: 100, WindowWidth: 20 });
      expect(presentationImage(windowed.instance.dataset, windowed.stored).pixels).to.deep.equal(
        presentationImage(plain.instance.dataset, plain.stored).pixels,
      );
    });

    it('lays the window around the breast without the padding within it', async () => {
      const none = {
        WindowCenter: undefined,
        WindowWidth: undefined,
        WindowCenterWidthExplanation: undefined,
      };
      const override = { ...none, PixelPaddingValue: 16_383 };
      const instance = readPart10(makeInstance({ ...size, bits: 14, override }).bytes);
      const stored = await decodePixels(instance);
      // A marker burnt in over the breast, of one pixel in fifty.
      stored.words.forEach((_, at) => {
        if (at % 50 === 0) stored.words[at] = 16_383;
      });
      const { pixels } = presentationImage(instance.dataset, stored);
      expect(pixels[50]).to.equal(0);
      expect(Math.max(...pixels)).to.equal(65535);
    });

    it('shows an image of one value only black', async () => {
      expect(await shown([7, 7, 7, 7], {})).to.deep.equal([0, 0, 0, 0]);
    });
  });
});
