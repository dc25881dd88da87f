import { expect } from 'chai';
import sharp from 'sharp';
import { capturePicture, drawOverlay, type RgbImage, secondaryCapture } from '../../src/pictures/index.js';
import { type Orthanc, requireOrthanc, startOrthanc } from '../pacs/orthanc.js';
import { needs } from '../parts.js';
import { ALGORITHM, heatMapWith, overlayInput, SOURCE } from '../pictures/examples.js';

const PLUGINS = ['DicomWeb', 'Gdcm', 'WebViewer'].map(
  (name) => `/usr/share/orthanc/plugins/libOrthanc${name}.so`,
);
/** JPEG of quality 95 is off by so much of 255 at most, on average; false colours are by tens. */
const JPEG_ERROR = 4;

describe("Orthanc's own web viewer", () => {
  let orthanc: Orthanc;

  before(async function () {
    requireOrthanc(this);
    needs(this, ...PLUGINS);
    orthanc = await startOrthanc({ settings: { Plugins: PLUGINS } });
  });
  after(() => orthanc?.stop());

  it('shows a compressed picture in its own colours', async () => {
    const display = { rows: 400, columns: 300, pixels: new Uint8Array(400 * 300).fill(90) };
    const rgb = drawOverlay(overlayInput({ display, heatMap: heatMapWith(4, 4, [[1, 1, 1]]) }));
    const bytes = secondaryCapture({
      source: SOURCE,
      rgb,
      algorithm: ALGORITHM,
      method: 'Grad-CAM',
      uids: { seriesInstanceUID: SOURCE.seriesInstanceUID, sopInstanceUID: SOURCE.sopInstanceUID },
      createdAt: new Date(2026, 0, 2),
      seriesNumber: 9803,
      examIsWhole: true,
    } as Parameters<typeof secondaryCapture>[0]);
    const shown = await shownOf(bytes);
    expect([shown.rows, shown.columns]).to.deep.equal([rgb.rows, rgb.columns]);
    expect(difference(shown, capturePicture(bytes)!)).to.be.below(JPEG_ERROR);
    // Where the heat is strongest it is yellow: exchanged or false colours would be blue or grey there.
    const strongest = strongestColour(rgb);
    for (const k of [0, 1, 2])
      expect(shown.pixels[strongest + k]).to.be.closeTo(rgb.pixels[strongest + k]!, 25);
    expect(rgb.pixels[strongest]! - rgb.pixels[strongest + 2]!).to.be.above(60);
  });

  async function shownOf(bytes: Uint8Array): Promise<RgbImage> {
    const { restUrl, username, password } = orthanc;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const ask = async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(`${restUrl}${path}`, { ...init, headers: { authorization } });
      expect(answer.status, path).to.equal(200);
      return answer.json();
    };
    const { ID } = (await ask('/instances', { method: 'POST', body: Buffer.from(bytes) })) as { ID: string };
    const { Orthanc: image } = (await ask(`/web-viewer/instances/jpeg95-${ID}_0`)) as {
      Orthanc: { PixelData: string };
    };
    const jpeg = sharp(Buffer.from(image.PixelData, 'base64')).toColourspace('srgb').raw();
    const { data, info } = await jpeg.toBuffer({ resolveWithObject: true });
    const size = { rows: info.height, columns: info.width };
    return { ...size, pixels: new Uint8Array(data), imageArea: { top: 0, ...size } };
  }
});

/** Mean of the absolute differences of all samples. */
function difference(a: RgbImage, b: RgbImage): number {
  return a.pixels.reduce((sum, value, i) => sum + Math.abs(value - b.pixels[i]!), 0) / a.pixels.length;
}

/** Where the pixel begins whose red and blue differ most. */
function strongestColour({ pixels }: RgbImage): number {
  const colour = (at: number) => pixels[at]! - pixels[at + 2]!;
  let best = 0;
  for (let at = 0; at < pixels.length; at += 3) if (colour(at) > colour(best)) best = at;
  return best;
}
