import { Command, Option } from 'commander';
import { numberText } from '../countText.js';
import type { EvaluationEvents, EvaluationOptions } from '../evaluation/index.js';
import { checkEngineOptions, engineOptions } from './engineOptions.js';
import { wholeNumber } from './numbers.js';
import { jsonOption } from './options.js';

/** `mamori evaluate`: measures a model on labelled images and writes a report. */
export const evaluateCommand = new Command('evaluate')
  .description('measure a model on labelled images: a report page, JSON and CSV')
  .requiredOption('--model <bundle>', 'folder of the bundle')
  .requiredOption(
    '--data <dir...>',
    'folder of the images, PNG, JPEG or DICOM (DIR/file or DIR/label/file); without --labels a data set with ' +
      'images/, labels.csv and where known boxes.csv; several stand side by side',
  )
  .option(
    '--labels <csv...>',
    'labels files, one for each --data: file, label, case, and where known site, side, view, machine',
  )
  .option('--boxes <csv...>', 'boxes around lesions: file, x, y, width, height, pathology', [])
  .requiredOption('--out <dir>', 'folder for evaluation.html, evaluation.json and predictions.csv')
  .option(
    '--split <which>',
    'test: cases the model was not made from; all; or a file with one image per line',
    'test',
  )
  .addOption(
    new Option(
      '--protocol <name>',
      'by-image labels the figures as leaking, for comparison with the paper only',
    )
      .choices(['by-patient', 'by-image'])
      .default('by-patient'),
  )
  .option('--subgroup <column...>', 'further columns of the labels file to give figures for', [])
  .option(
    '--shortcut-images <number>',
    'about how many images the shortcut checks show in other forms, ten times the work (default: all)',
    wholeNumber,
  )
  .option('--seed <number>', 'decides every draw', wholeNumber, 1)
  .option('--rounds <number>', 'bootstrap samples for each interval', wholeNumber, 1000)
  .option('--no-explanations', 'leave out the checks of the heat maps')
  .option('--record', 'write into the bundle whether its heat maps passed')
  .option('--against <bundle>', 'another bundle, to answer the same images: paired differences')
  .option('--compare <json...>', 'evaluation.json of other evaluations, to stand beside this one', [])
  .option('--data-description <text>', 'what the data is, for the page', 'not stated')
  .addOption(jsonOption())
  .action(run);
for (const option of engineOptions()) evaluateCommand.addOption(option);

interface Options extends Omit<EvaluationOptions, 'subgroups' | 'sets'> {
  data: string[];
  labels?: string[];
  subgroup: string[];
  json?: true;
}

async function run({ json, subgroup, data: folders, labels, ...options }: Options, command: Command) {
  if (labels !== undefined && labels.length !== folders.length)
    command.error(
      `error: --data names ${folders.length} folders and --labels ${labels.length} files; give one for each`,
      { exitCode: 2 },
    );
  await checkEngineOptions(command, options);
  const sets = folders.map((data, index) => ({ data, labels: labels?.[index] }));
  const [{ join }, { evaluate, RESULT_FILES }] = await Promise.all([
    import('node:path'),
    import('../evaluation/index.js'),
  ]);
  const evaluation = await evaluate({ ...options, sets, subgroups: subgroup }, progressOn(process.stderr));
  const files = RESULT_FILES.map((name) => join(options.out, name));
  const { levels, shortcuts, warnings, model, data, headline, machines, exam, localisation, heatMaps } =
    evaluation;
  if (json) {
    console.log(
      JSON.stringify({
        model: { name: model.name, version: model.version, digest: model.digest },
        data,
        headline,
        machines,
        exam,
        localisation,
        heatMaps,
        levels,
        warnings,
        files,
      }),
    );
    return;
  }
  console.log(`${headline.join('\n')}\n`);
  for (const warning of warnings) console.log(`Note: ${warning}`);
  const { image, patient } = levels;
  type Line = [string, { value: number | null; interval: [number, number] | null }];
  const lines: Line[] = [
    ['AUC by image, within one machine', machines.within],
    [`AUC by exam, one breast each (${numberText(exam.patients)})`, exam.auc],
    [`AUC by patient, as the service joins them (${numberText(patient.count)})`, patient.auc],
    [`AUC by image (${numberText(image.count)})`, image.auc],
    ['sensitivity at the operating point, by image', image.atOperatingPoint.sensitivity],
    ['specificity at the operating point, by image', image.atOperatingPoint.specificity],
    ...(localisation === null
      ? []
      : [
          [
            `peak of the heat map in a malignant lesion (by chance ${localisation.peakInLesion.chance?.toFixed(3)})`,
            localisation.peakInLesion,
          ] satisfies Line,
        ]),
    ['calibration error (ECE), by image', image.calibrationError],
    ['AUC of orientation alone, as the network gets it', shortcuts.shortcuts[1]!.auc],
    ['AUC without the breast', shortcuts.shortcuts.at(-1)!.auc],
  ];
  for (const [name, { value, interval }] of lines) {
    const range =
      interval && interval[0] !== interval[1]
        ? `${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`
        : 'too few patients for an interval';
    console.log(value === null ? `${name}: not measurable` : `${name}: ${value.toFixed(3)} (${range})`);
  }
  console.log(`mean spread over eight orientations: ${shortcuts.orientation.spread.mean.toFixed(3)}`);
  if (heatMaps !== null)
    console.log(`heat maps ${heatMaps.passed ? 'passed' : 'did not pass'}: ${heatMaps.found}`);
  console.log(`Wrote ${files.join(', ')}`);
}

function progressOn(stream: NodeJS.WriteStream): EvaluationEvents {
  let began = performance.now();
  let told = 0;
  return {
    stage(what) {
      began = performance.now();
      stream.write(`${what}\n`);
    },
    progress(done, of) {
      const now = performance.now();
      if (!stream.isTTY || (done < of && now - told < 200)) return;
      told = now;
      const left = Math.round((((now - began) / done) * (of - done)) / 1000);
      stream.write(
        `\r  ${done} of ${of}${done < of ? `, about ${left} s left  ` : '                    \n'}`,
      );
    },
  };
}
