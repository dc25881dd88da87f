// The pictures in README and docs, made from the demo's exam with the model that ships: `npm run pictures`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import sharp from 'sharp';
import { defaultSettings } from '../dist/src/config/index.js';
import { demoExam } from '../dist/src/demo/index.js';
import { rocDrawing } from '../dist/src/evaluation/report/drawing.js';
import { processExam } from '../dist/src/exam/index.js';
import { overlayPng } from '../dist/src/pictures/index.js';
import { openWorkbench } from '../dist/src/service/index.js';

const HEIGHT = 900;
const GAP = 12;
const ORDER = ['RCC', 'LCC', 'RMLO', 'LMLO'];

// Whatever bundle is the default: the ROC curve is that of its report in docs/model.
const settings = defaultSettings('http://localhost');
const { bench, close } = await openWorkbench(settings);
const exam = demoExam(new Date(2026, 0, 15));
const outcome = await processExam(
  exam.map((made) => ({ ...made, fetch: async () => Uint8Array.from(made.bytes) })),
  bench,
  { createdAt: new Date(2026, 0, 15, 10, 30), predecessors: [], previews: true },
);
await close();

const previews = ORDER.map((view) => outcome.previews.find(({ name }) => name.startsWith(view)));
const pictures = await Promise.all(
  previews.map(async ({ image }) =>
    sharp(await overlayPng(image))
      .resize({ height: HEIGHT })
      .toBuffer({ resolveWithObject: true }),
  ),
);
let left = 0;
const tiles = pictures.map(({ data, info }) => {
  const tile = { input: data, left, top: 0 };
  left += info.width + GAP;
  return tile;
});
mkdirSync('docs/images', { recursive: true });
await sharp({ create: { width: left - GAP, height: HEIGHT, channels: 3, background: '#000' } })
  .composite(tiles)
  .png({ palette: true, quality: 90 })
  .toFile('docs/images/result.png');

const report = `docs/model/${basename(settings.model.bundle)}/evaluation.json`;
const evaluation = JSON.parse(readFileSync(report, 'utf8'));
for (const scheme of ['light', 'dark'])
  writeFileSync(`docs/images/roc-${scheme}.svg`, rocDrawing(evaluation, scheme));
