import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import sharp from 'sharp';
import { asUid, type SeriesInstanceUID, type SOPInstanceUID } from '../../src/dicom/index.js';
import { openThreads } from '../../src/exam/index.js';
import {
  drawOverlay,
  drawSinglePicture,
  OverlayError,
  OverlayPool,
  overlayPng,
  type RgbImage,
  secondaryCapture,
} from '../../src/pictures/index.js';
import { ThreadPool } from '../../src/threads/index.js';
import { sourcePlace } from '../fixtures/geometry.js';
import {
  ALGORITHM,
  CAPTION,
  FLAT,
  geometryOf,
  heatMapWith,
  ORIENTATIONS,
  overlayInput,
  SOURCE,
} from './examples.js';

const at = (rgb: RgbImage, x: number, y: number) => [
  ...rgb.pixels.subarray((y * rgb.columns + x) * 3).subarray(0, 3),
];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The picture's band under the mammogram. */
function band(rgb: RgbImage): Uint8Array {
  return rgb.pixels.subarray(rgb.imageArea.rows * rgb.columns * 3);
}

/** How far a pixel is from grey. */
function colourfulness([r, g, b]: number[]): number {
  return Math.max(r!, g!, b!) - Math.min(r!, g!, b!);
}

const DETAILS = {
  source: SOURCE,
  algorithm: ALGORITHM,
  uids: {
    seriesInstanceUID: asUid<SeriesInstanceUID>('2.25.6'),
    sopInstanceUID: asUid<SOPInstanceUID>('2.25.7'),
  },
  createdAt: new Date(2026, 0, 2, 3, 4, 5),
  seriesNumber: 9001,
  examIsWhole: true,
};

describe('The overlay', () => {
  it('keeps every pixel without heat exactly as it was, at its place', () => {
    const input = overlayInput();
    const rgb = drawOverlay(input);
    expect(rgb.imageArea).to.deep.equal({ top: 0, rows: 400, columns: 300 });
    let coloured = 0;
    for (let y = 0; y < 400; y++) {
      for (let x = 0; x < 300; x++) {
        const grey = input.display.pixels[y * 300 + x]!;
        const [r, g, b] = at(rgb, x, y);
        if (r === grey && g === grey && b === grey) continue;
        coloured++;
        // One cell of the map is 100 × 100 source pixels, 33 on the display; its heat is gone within 1.5 cells.
        expect(Math.hypot(x + 0.5 - 550 / 3, y + 0.5 - 500 / 3)).to.be.lessThan(55);
      }
    }
    expect(coloured).to.be.greaterThan(1000);
  });

  it('keeps at least three fifths of the contrast of tissue under the strongest colour', () => {
    const luminanceOver = (grey: number) => {
      const input = overlayInput();
      input.display.pixels.fill(grey);
      const [r, g, b] = at(drawOverlay(input), 183, 166);
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    for (const grey of [20, 80, 140, 200]) {
      expect(luminanceOver(grey + 50) - luminanceOver(grey)).to.be.at.least(0.6 * 50);
    }
  });

  it('has the heat where the network saw it, in every orientation', () => {
    for (const orientation of ORIENTATIONS) {
      const geometry = geometryOf({ orientation });
      const input = overlayInput({ geometry, heatMap: heatMapWith(8, 5, [[1, 3, 1]]) });
      input.display.pixels.fill(100);
      const rgb = drawOverlay(input);
      const place = sourcePlace(geometry, { x: (3.5 / 5) * 128, y: (1.5 / 8) * 160 });
      expect(colourfulness(at(rgb, Math.floor(place.x / 3), Math.floor(place.y / 3)))).to.be.greaterThan(50);
      let [sumX, sumY, sum] = [0, 0, 0];
      for (let y = 0; y < 400; y++) {
        for (let x = 0; x < 300; x++) {
          if (colourfulness(at(rgb, x, y)) === 0) continue;
          sum++;
          sumX += x + 0.5;
          sumY += y + 0.5;
        }
      }
      expect(sumX / sum).to.be.closeTo(place.x / 3, 1);
      expect(sumY / sum).to.be.closeTo(place.y / 3, 1);
    }
  });

  it('shows nothing outside of what the network saw', () => {
    const heatMap = heatMapWith(4, 4, []);
    heatMap.values.fill(1);
    const input = overlayInput({ heatMap });
    input.display.pixels.fill(100);
    const rgb = drawOverlay(input);
    // The crop box 100…800 × 150…950 of the source is 33.3…266.7 × 50…316.7 of the display.
    for (const [x, y] of [
      [32, 100],
      [267, 100],
      [100, 49],
      [100, 317],
    ]) {
      expect(at(rgb, x!, y!)).to.deep.equal([100, 100, 100]);
    }
    for (const [x, y] of [
      [33, 100],
      [266, 100],
      [100, 50],
      [100, 316],
    ]) {
      expect(colourfulness(at(rgb, x!, y!)), `${x}, ${y}`).to.be.greaterThan(50);
    }
  });

  it('fades below the operating point, and hides the heat of an image that is clearly negative', () => {
    const colourAt = (probability: number) => {
      const input = overlayInput({ caption: { ...CAPTION, probability } });
      input.display.pixels.fill(100);
      return drawOverlay(input);
    };
    const [x, y] = [183, 166];
    const full = colourfulness(at(colourAt(0.5), x, y));
    expect(colourfulness(at(colourAt(0.9), x, y))).to.equal(full);
    const faded = colourfulness(at(colourAt(0.3), x, y));
    expect(faded).to.be.within(1, full - 20);
    expect(at(colourAt(0.04), x, y)).to.deep.equal([100, 100, 100]);
  });

  it('outlines the region of a positive answer only, and on the mammogram only', () => {
    const outline = [
      { x: 200, y: 300 },
      { x: 500, y: 300 },
      { x: 500, y: 1200 },
      { x: 200, y: 1200 },
    ];
    const region = { peak: { x: 300, y: 400 }, outline };
    const draw = (probability: number, drawn: typeof region | undefined) => {
      const input = overlayInput({ heatMap: heatMapWith(8, 7, [[0, 0, 1]]), region: drawn });
      input.caption = { ...CAPTION, probability };
      input.display.pixels.fill(100);
      return drawOverlay(input);
    };
    const positive = draw(0.5, region);
    expect(at(positive, 120, 100)[0]).to.be.greaterThan(140);
    expect(at(positive, 120, 104)).to.deep.equal([100, 100, 100]);
    expect(at(draw(0.49, region), 120, 100)).to.deep.equal([100, 100, 100]);
    expect(sha256(band(positive))).to.equal(sha256(band(draw(0.5, undefined))));
  });

  it('says so when nothing in the image raised the score, and draws no colours at all', () => {
    const input = overlayInput({ heatMap: FLAT });
    const rgb = drawOverlay(input);
    for (let i = 0; i < rgb.pixels.length; i += 3) {
      if (rgb.pixels[i] !== rgb.pixels[i + 1] || rgb.pixels[i] !== rgb.pixels[i + 2]) expect.fail('a colour');
    }
    expect(sha256(band(rgb))).not.to.equal(sha256(band(drawOverlay(overlayInput()))));
  });

  it('adds black columns on the right where a picture is too narrow for its caption', () => {
    const input = overlayInput({
      display: { rows: 60, columns: 31, pixels: new Uint8Array(60 * 31).fill(77) },
    });
    const rgb = drawOverlay({ ...input, heatMap: FLAT });
    expect(rgb.imageArea).to.deep.equal({ top: 0, rows: 60, columns: 31 });
    expect(rgb.columns).to.equal(200);
    expect(at(rgb, 30, 59)).to.deep.equal([77, 77, 77]);
    expect(at(rgb, 31, 59)).to.deep.equal([0, 0, 0]);
  });

  it('holds a caption of any length at any size', () => {
    for (const columns of [1, 200, 777, 2048]) {
      for (const modelName of ['m', 'W'.repeat(64), Array(12).fill('model').join(' ')]) {
        const display = { rows: 90, columns, pixels: new Uint8Array(90 * columns) };
        const caption = { ...CAPTION, modelName, probability: 0.2 };
        const rgb = drawOverlay(overlayInput({ display, caption }));
        expect(rgb.pixels.length).to.equal(rgb.rows * rgb.columns * 3);
        // Letters keep off the edges: the outermost columns and rows of the band stay black.
        const area = band(rgb);
        const rows = rgb.rows - 90;
        for (let y = 0; y < rows; y++) {
          expect(area[y * rgb.columns * 3]).to.equal(0);
          expect(area[(y + 1) * rgb.columns * 3 - 1]).to.equal(0);
        }
        expect(Math.max(...area.subarray(-rgb.columns * 3))).to.equal(0);
      }
    }
  });

  it('sets the answer and its warnings so large that they can be read as one of four on a megapixel', () => {
    // A tile of 640 × 512 shows a picture reduced until it fits; 11 pixels per em are as small as can be read.
    for (const columns of [900, 1408]) {
      const display = { rows: 1760, columns, pixels: new Uint8Array(1760 * columns) };
      const warning = 'part of the exam: L MLO not analysed';
      const input = overlayInput({ display, heatMap: FLAT });
      const [without, warned] = [{}, { warnings: [warning] }].map((change) =>
        drawSinglePicture({ ...input, caption: { ...CAPTION, ...change } }),
      );
      const added = warned!.rows - without!.rows;
      const lines = Math.round(added / 64);
      const reduced = Math.min(512 / warned!.rows, 640 / warned!.columns);
      // A line is 1.17 em high.
      expect((added / lines / 1.17) * reduced, `${columns}`).to.be.at.least(11);
    }
  });

  it('tells every word of the caption apart', () => {
    const bands = new Set<string>();
    const draw = (change: Partial<typeof CAPTION>) => {
      bands.add(sha256(band(drawOverlay(overlayInput({ caption: { ...CAPTION, ...change } })))));
    };
    draw({});
    draw({ laterality: 'L' });
    draw({ view: 'CC' });
    draw({ probability: 0.84 });
    draw({ operatingPoint: 0.6 });
    draw({ probabilityName: 'Probability of cancer' });
    draw({ probability: 0.2 });
    draw({ probability: 0.2, notExcluded: 'anything' });
    draw({ caution: 'Too high for screening.' });
    draw({ modelName: 'other' });
    draw({ modelVersion: '1.0.1' });
    draw({ method: 'Integrated Grad-CAM' });
    draw({ notes: ['part'] });
    draw({ warnings: ['part'] });
    expect(bands.size).to.equal(14);
  });

  it('gives the same bytes again, in a worker, and in a process without any fonts', async () => {
    const input = overlayInput();
    const here = sha256(drawOverlay(input).pixels);
    expect(sha256(drawOverlay(input).pixels)).to.equal(here);

    const threads = openThreads(1);
    try {
      expect(sha256((await threads.overlays.render(input)).pixels)).to.equal(here);
    } finally {
      await threads.close();
    }

    const url = (file: string) => JSON.stringify(pathToFileURL(join(process.cwd(), 'dist', file)).href);
    const script = `
      import { createHash } from 'node:crypto';
      const { drawOverlay } = await import(${url('src/pictures/index.js')});
      const { overlayInput } = await import(${url('test/pictures/examples.js')});
      process.stdout.write(createHash('sha256').update(drawOverlay(overlayInput()).pixels).digest('hex'));`;
    const without = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        PATH: process.env.PATH,
        FONTCONFIG_FILE: '/dev/null',
        FONTCONFIG_PATH: '/dev/null',
        HOME: '/nonexistent',
      },
    });
    expect(without.toString()).to.equal(here);
  });

  it('draws and writes in the worker what is drawn and written here', async () => {
    const threads = openThreads(1);
    try {
      const input = overlayInput();
      const rgb = drawSinglePicture(input);
      const bytes = secondaryCapture({ ...DETAILS, rgb, method: input.caption.method });
      const silent = await threads.overlays.capture(input, DETAILS);
      expect(sha256(silent.bytes)).to.equal(sha256(bytes));
      expect(silent.rgb).to.equal(undefined);
      const shown = await threads.overlays.capture(input, DETAILS, { preview: true });
      expect(shown.rgb).to.deep.equal(rgb);
      expect(input.display.pixels.length, 'the input stays ours').to.equal(120000);
    } finally {
      await threads.close();
    }
  });
});

describe('A picture that cannot be written', () => {
  it('ends in a named error that crosses the thread, and the pool goes on', async () => {
    const threads = openThreads(1);
    try {
      const algorithm = { ...ALGORITHM, name: 'W'.repeat(65) };
      const error = await threads.overlays.capture(overlayInput(), { ...DETAILS, algorithm }).catch((e) => e);
      expect(error).to.be.instanceOf(OverlayError);
      expect(error.code).to.equal('dicom-unwritable');
      expect(error.message).to.include(SOURCE.sopInstanceUID);
      expect(error.remedy).to.be.a('string');

      const broken = overlayInput({ display: undefined as never });
      const crash = await threads.overlays.capture(broken, DETAILS).catch((e) => e);
      expect(crash).to.be.instanceOf(OverlayError);
      expect(crash.code).to.equal('overlay-failed');

      expect((await threads.overlays.capture(overlayInput(), DETAILS)).bytes.length).to.be.greaterThan(0);
    } finally {
      await threads.close();
    }
  });
});

describe('A picture that is not drawn in time', () => {
  it('ends in a named error, and its thread goes on with the next', async () => {
    const module = new URL('../../src/exam/examTasks.js', import.meta.url);
    const threads = new ThreadPool<typeof import('../../src/exam/examTasks.js')>(module, { threads: 1 });
    try {
      // No thread starts within a millisecond.
      const hurried = new OverlayPool(threads, { timeoutMs: 1 });
      const error = await hurried.capture(overlayInput(), DETAILS).catch((e) => e);
      expect(error).to.be.instanceOf(OverlayError);
      expect(error.code).to.equal('overlay-timed-out');
      expect(error.remedy).to.be.a('string');
      const { bytes } = await new OverlayPool(threads).capture(overlayInput(), DETAILS);
      expect(bytes.length).to.be.greaterThan(0);
    } finally {
      await threads.close();
    }
  });
});

describe('The preview', () => {
  it('is a PNG with the same pixels', async () => {
    const rgb = drawOverlay(overlayInput());
    const { data, info } = await sharp(await overlayPng(rgb))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).to.deep.equal([rgb.columns, rgb.rows, 3]);
    expect(sha256(data)).to.equal(sha256(rgb.pixels));
  });
});
