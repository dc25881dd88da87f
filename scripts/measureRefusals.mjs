/*
 * How many real mammograms are refused as implausible, and how many spoiled ones are not.
 *
 *   node scripts/measureRefusals.mjs [--every N] [--spoil] FOLDER...
 *
 * A folder holds images, and labels.csv with a column `view` beside them or above where its images are not DICOM. With
 * --spoil every image is also judged inverted, upside down, cut off, overexposed and smeared. Files that are no
 * standard view by their header are not judged. Prints a table and the names of the real images refused; ends with 1
 * where more than one in a hundred is, or none was judged.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCsvTable, readPicture } from '../dist/src/dataset/index.js';
import { readPart10, recogniseMammogram, standardView } from '../dist/src/dicom/index.js';
import { breastMask, implausibility, reducedImage } from '../dist/src/image/index.js';
import { NO_MAMMOGRAMS, noMammogram, SPOILINGS, spoiled } from '../dist/src/phantom/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { every: { type: 'string', default: '1' }, spoil: { type: 'boolean', default: false } },
});
const every = Number(values.every);
if (positionals.length === 0 || !(Number.isInteger(every) && every > 0)) {
  console.error('Name at least one folder of images, and a whole number with --every.');
  process.exit(2);
}

let [judged, refusedInAll, milliseconds] = [0, 0, 0];

/** @returns the code of the refusal, or undefined */
function codeOf(image, view) {
  const reduced = reducedImage(image);
  const mask = breastMask(image, reduced);
  // Of the processor, which others may be using too.
  const start = process.cpuUsage();
  const doubt = implausibility({ image, reduced, mask, view });
  const { user, system } = process.cpuUsage(start);
  milliseconds += (user + system) / 1000;
  judged++;
  return doubt?.code;
}

function viewsOf(folder) {
  const above = [folder, dirname(folder), dirname(dirname(folder))];
  const file = above.map((place) => join(place, 'labels.csv')).find(existsSync);
  if (file === undefined) return new Map();
  const { columns, lines } = parseCsvTable(readFileSync(file, 'utf8'));
  const at = (name) => columns.indexOf(name);
  return new Map(lines.map(({ cells }) => [cells[at('file')], `L${cells[at('view')]}`]));
}

/** What the header says of a DICOM file, or the labels of another; undefined where it is not to be judged. */
function viewOf(path, name, views) {
  if (!/\.dcm$/i.test(name)) return views.get(name);
  try {
    const recognition = recogniseMammogram(readPart10(readFileSync(path)));
    return recognition.kind === 'mammogram' ? standardView(recognition.source) : undefined;
  } catch {
    return undefined;
  }
}

function print(what, count, codes) {
  const refused = [...codes.values()].reduce((sum, files) => sum + files.length, 0);
  console.log(
    `${what}: ${refused} of ${count} refused (${((100 * refused) / Math.max(1, count)).toFixed(1)} %)`,
  );
  for (const [code, files] of codes)
    console.log(`  ${code}: ${files.length}  ${files.slice(0, 8).join(' ')}`);
  return refused;
}

function note(codes, code, name) {
  if (code !== undefined) codes.set(code, [...(codes.get(code) ?? []), name]);
}

let real = 0;
for (const given of positionals) {
  const folder = resolve(given);
  const views = viewsOf(folder);
  const names = readdirSync(folder)
    .filter((name) => /\.(dcm|jpe?g|png)$/i.test(name))
    .sort();
  const codes = new Map();
  const spoiledCodes = new Map(SPOILINGS.map((how) => [how, { count: 0, codes: new Map() }]));
  let count = 0;
  for (const [place, name] of names.entries()) {
    if (place % every !== 0) continue;
    const path = join(folder, name);
    const view = viewOf(path, name, views);
    if (view === undefined) {
      console.log(`not judged: ${name}`);
      continue;
    }
    const image = await readPicture({ path, file: name });
    count++;
    note(codes, codeOf(image, view), name);
    if (!values.spoil) continue;
    for (const how of SPOILINGS) {
      // A CC view upside down is a CC view in a mirror.
      if (how === 'upside-down' && !view.endsWith('MLO')) continue;
      const those = spoiledCodes.get(how);
      those.count++;
      note(those.codes, codeOf(spoiled(image, how), view) ?? 'not refused', name);
    }
  }
  real += count;
  refusedInAll += print(given, count, codes);
  if (values.spoil)
    for (const [how, those] of spoiledCodes) {
      console.log(` ${how}, ${those.count}:`);
      for (const [code, files] of those.codes)
        console.log(
          `  ${code}: ${files.length}${code === 'not refused' ? `  ${files.slice(0, 5).join(' ')}` : ''}`,
        );
    }
}
for (const what of NO_MAMMOGRAMS)
  console.log(`${what}: ${codeOf(noMammogram(what, 2560, 2048), 'LMLO') ?? 'NOT REFUSED'}`);
console.log(`${refusedInAll} of ${real} real images refused; ${(milliseconds / judged).toFixed(1)} ms each`);
if (real === 0) console.error('No image was judged.');
process.exitCode = real === 0 || refusedInAll > 0.01 * real ? 1 : 0;
