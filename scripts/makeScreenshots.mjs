// Pictures of the pages in docs/images, in Chromium, of made-up states: `npm run screenshots`. With a folder named,
// every state, width and scheme goes there, to be looked at.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { startAdmin } from '../dist/src/admin/index.js';
import { EXAM_SHOWN, madeDesk, STATES } from '../dist/test/admin/states.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../dist/test/viewers/ohif.js';

const [folder] = process.argv.slice(2);
/** State, width, scheme, path. */
const IN_DOCS = [
  ['busy', 1280, 'light', ''],
  ['trouble', 390, 'dark', ''],
  ['attention', 1280, 'light', `exams/${EXAM_SHOWN}`],
];
const all = Object.keys(STATES).flatMap((state) =>
  [1280, 390].flatMap((width) => ['light', 'dark'].map((scheme) => [state, width, scheme, ''])),
);
const exam = [1280, 390].map((width) => ['attention', width, 'light', `exams/${EXAM_SHOWN}`]);
const list = [1280, 390].map((width) => ['trouble', width, 'dark', 'exams?state=failed']);

const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
const into = folder ?? 'docs/images';
mkdirSync(into, { recursive: true });
for (const [state, width, scheme, path] of folder === undefined ? IN_DOCS : [...all, ...exam, ...list]) {
  const snapshot = STATES[state];
  const admin = await startAdmin(
    { listen: { host: '127.0.0.1', port: 0 }, desk: madeDesk(snapshot.exams) },
    async () => snapshot,
  );
  const page = await browser.newPage({ viewport: { width, height: 1100 }, colorScheme: scheme });
  await page.goto(new URL(path, admin.url).href, { waitUntil: 'networkidle' });
  // In the docs the beginning of a page is enough, down to the latest exams where it is wide.
  const clip = { x: 0, y: 0, width, height: width < 800 ? 1500 : 1800 };
  const isWhole = folder !== undefined || path !== '';
  const shot = await page.screenshot({ fullPage: true, ...(!isWhole && { clip }) });
  const what = path === '' ? state : path.startsWith('exams/') ? 'exam' : 'list';
  await sharp(shot)
    .png({ palette: true, colours: 64 })
    .toFile(join(into, `page-${what}-${width}-${scheme}.png`));
  await page.close();
  await admin.close();
}
await browser.close();
