// The pictures of OHIF in docs: the demo's exam and its results in an Orthanc of their own, seen in Debian's Chromium.
// Needs what tests of OHIF need (scripts/installOhif.mjs): `npm run pictures:ohif`.
import { chromium } from 'playwright-core';
import { defaultSettings } from '../dist/src/config/index.js';
import { demoExam } from '../dist/src/demo/index.js';
import { DicomWeb } from '../dist/src/dicomweb/index.js';
import { processExam } from '../dist/src/exam/index.js';
import { openWorkbench } from '../dist/src/service/index.js';
import { startOrthanc } from '../dist/test/pacs/orthanc.js';
import { CHROMIUM, CHROMIUM_ARGUMENTS, openOhif } from '../dist/test/viewers/ohif.js';

const { bench, close } = await openWorkbench(defaultSettings('http://localhost'));
const exam = demoExam(new Date(2026, 0, 15));
const { objects } = await processExam(
  exam.map((made) => ({ ...made, fetch: async () => Uint8Array.from(made.bytes) })),
  bench,
  { createdAt: new Date(2026, 0, 15, 10, 30), predecessors: [] },
);
await close();

const orthanc = await startOrthanc();
const pacs = new DicomWeb(orthanc.access);
const study = exam[0].studyInstanceUID;
await pacs.store(study, exam);
await pacs.store(study, objects);
const ohif = await openOhif(orthanc);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
await page.goto(`${ohif.url}/viewer?StudyInstanceUIDs=${study}`, { waitUntil: 'domcontentloaded' });
await page.getByText('Skip all').click({ timeout: 60_000 });
// Without a GPU the first image takes its time; what is opened before it is drawn stays black.
await page.waitForTimeout(40_000);
await show('AI heat map', 'ohif-heat-map.png');
await show('AI result', 'ohif-report.png');
await browser.close();
await ohif.close();
await pacs.close();
await orthanc.stop();
process.exit();

/** Opens the first series whose name begins so, and keeps what is seen then. */
async function show(name, file) {
  await page.getByText(name, { exact: false }).first().dblclick({ timeout: 60_000 });
  await page.waitForTimeout(25_000);
  // OHIF draws a report's outlines only once the image is touched.
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, 100);
  await page.waitForTimeout(5_000);
  await page.screenshot({ path: `docs/images/${file}` });
}
