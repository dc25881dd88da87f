import { Command, Option } from 'commander';
import { countText } from '../countText.js';
import type { ImportEvents, ImportOptions } from '../training/index.js';
import { importProcedure } from './importProcedure.js';
import { askForMissing, type CompleteAnswers, type ImportAnswers } from './importQuestions.js';
import { numberFromZero, numbers, positiveNumber, wholeNumber } from './numbers.js';
import { jsonOption } from './options.js';

/** `mamori model import`: a network from elsewhere becomes a bundle. */
export const modelImportCommand = new Command('import')
  .description('make a bundle of a classifier that PyTorch or Keras exported as ONNX (docs/model-import.md)')
  .argument('<file>', 'the ONNX file')
  .requiredOption('--out <bundle>', 'folder of the new bundle')
  .option('--name <text>', 'name of the model')
  .option('--model-version <text>', 'version of the model', '1.0.0')
  .option('--manufacturer <text>', 'who answers for the model')
  .option('--purpose <text>', 'what it is for')
  .option('--limit <text...>', 'what it cannot do; at least one')
  .option('--caution <text>', 'what must not be overlooked beside its number, as one short sentence')
  .option('--concept <code>', 'what its probability is of: cancer, or VALUE,SCHEME,MEANING')
  .option('--negative <label>', 'name of the negative class', 'not-malignant')
  .option('--positive <label>', 'name of the class that the probability speaks of', 'malignant')
  .option('--data-description <text>', 'what it was trained on', 'not stated')
  .option('--licence <text>', 'of its training data', 'not stated')
  .option('--attribution <text>', 'of its training data', 'Not stated.')
  .option('--terms <text>', 'on what terms the model may be used')
  .addOption(
    new Option('--layout <name>', 'of its input; default: as its shape shows').choices(['NCHW', 'NHWC']),
  )
  .option('--rows <number>', 'height of its input, where it is free', wholeNumber)
  .option('--columns <number>', 'width of its input, where it is free', wholeNumber)
  .option('--channels <number>', 'channels of its input, where they are free', wholeNumber)
  .option('--white <number>', 'what white is before mean and deviation: 1, or 255', positiveNumber, 1)
  .option('--mean <numbers>', 'subtracted from each channel: one number, or one for each', numbers)
  .option('--deviation <numbers>', 'each channel is divided by it', numbers)
  .option('--crop <margin>', 'cut to the breast, with this margin (0 to 0.5)', numberFromZero)
  .addOption(
    new Option('--orient <name>', 'turn the image').choices(['none', 'chest-wall-left', 'canonical']),
  )
  .option('--clahe <limit>', 'CLAHE with this clip limit, 8 x 8 tiles, before the resize', positiveNumber)
  .option('--preparation <json>', 'file of further steps: {"before": [...], "after": [...]} the resize')
  .option('--output <name>', 'which output is the answer, where there are several')
  .addOption(
    new Option('--meaning <name>', 'what its answer is; default: as its last node shows').choices([
      'logits',
      'sigmoid',
      'softmax',
    ]),
  )
  .addOption(
    new Option(
      '--positive-index <number>',
      'which of two numbers speaks of the positive class; default: 1',
    ).choices(['0', '1']),
  )
  .option('--target-layer <name>', 'layer that the maps explain; default: the last with rows and columns')
  .addOption(
    new Option('--explanation <name>', 'how the maps are made; auto: by gradients where possible')
      .choices(['auto', 'grad-cam', 'occlusion'])
      .default('auto'),
  )
  .option('--calibrate <dir>', 'folder of labelled images, to calibrate and measure on')
  .option('--labels <csv>', 'labels file of that folder: file, label, case')
  .option('--seed <number>', 'decides the split of that folder', wholeNumber, 1)
  .addOption(jsonOption())
  .action(run);

async function run(file: string, given: ImportAnswers, command: Command): Promise<void> {
  if ((given.calibrate === undefined) !== (given.labels === undefined))
    command.error('error: --calibrate and --labels go together', { exitCode: 2 });
  const { importModel, readOpenQuestions } = await import('../training/index.js');
  const leftOpen = await readOpenQuestions(file);
  const answers = await askForMissing(given, leftOpen, process.stdin, process.stderr);
  const imported = await importModel(await optionsOf(file, answers), progressOn(process.stderr));
  const { bundle, explanation, batch, checks } = imported;
  const { directory, name, version, digest, performance } = bundle;
  if (given.json) {
    console.log(
      JSON.stringify({ directory, name, version, digest, explanation, batch, checks, performance }),
    );
    return;
  }
  console.log(explanation);
  console.log(
    `On ${countText(checks.pictures.count, 'picture')} (${checks.pictures.kind}) its probability is the given ` +
      `network's to ${checks.difference.toExponential(1)}`,
  );
  if (checks.saturated)
    console.log(
      'Note: all of them were answered with next to 0 or 1, so that this says little. Check --white, --mean and ' +
        '--deviation',
    );
  if (checks.alike)
    console.log(
      'Note: all of them got the same answer, so the network does not look at what they show. Were its weights ' +
        'loaded before the export? Check --white, --mean and --deviation, too',
    );
  if (batch === 'one') console.log('Views go through one after another: its first dimension cannot be freed');
  for (const { measure, value, interval, on } of performance)
    console.log(`${measure}: ${value.toFixed(3)}${interval ? ` (${interval.join(' to ')})` : ''}, ${on}`);
  console.log(`Wrote ${name} ${version} to ${directory}`);
}

async function optionsOf(file: string, answers: CompleteAnswers): Promise<ImportOptions> {
  const { crop, orient, clahe, preparation, calibrate, labels, seed, concept, negative, positive } = answers;
  const { readFurtherSteps } = await import('../training/index.js');
  const further = preparation === undefined ? undefined : await readFurtherSteps(preparation);
  const before: ImportOptions['before'] = [];
  if (crop !== undefined) before.push({ step: 'crop-to-breast', margin: crop });
  if (orient !== undefined && orient !== 'none') before.push({ step: `orient-${orient}` });
  if (clahe !== undefined)
    before.push({ step: 'clahe', clipLimit: clahe, tiles: [8, 8], as: 'image', bits: 8 });
  const { layout, rows, columns, channels, white, mean, deviation, meaning, explanation } = answers;
  return {
    file,
    out: answers.out,
    output: answers.output,
    name: answers.name,
    version: answers.modelVersion,
    manufacturer: answers.manufacturer,
    purpose: answers.purpose,
    limits: answers.limit,
    caution: answers.caution,
    termsOfUse: answers.terms,
    probabilityOf: conceptOf(concept),
    classes: [negative, positive],
    data: answers.dataDescription,
    licence: answers.licence,
    attribution: answers.attribution,
    ...{ layout, rows, columns, channels, white, mean, deviation, meaning, explanation },
    before: [...before, ...(further?.before ?? [])],
    after: further?.after ?? [],
    positiveIndex: answers.positiveIndex === '0' ? 0 : 1,
    targetLayer: answers.targetLayer,
    calibrate: calibrate === undefined ? undefined : { folder: calibrate, labels: labels!, seed },
    procedure: importProcedure(file, answers),
  };
}

/** DCM 111047 (PS3.16, CID 6048), or the one that was said. */
function conceptOf(text: string): { value: string; scheme: string; meaning: string } {
  const [value, scheme, ...meaning] =
    text === 'cancer' ? ['111047', 'DCM', 'Probability of cancer'] : text.split(',');
  return { value: value ?? '', scheme: scheme ?? '', meaning: meaning.join(',').trim() };
}

function progressOn(stream: NodeJS.WriteStream): ImportEvents {
  return {
    stage: (what) => stream.write(`${what}\n`),
    prepared: (done, of) => {
      if (stream.isTTY && (done === of || done % 20 === 0))
        stream.write(`\r  ${done} of ${of}${done === of ? '\n' : ''}`);
    },
  };
}
