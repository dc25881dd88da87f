import { Command } from 'commander';
import type { EngineChoice } from '../model/index.js';
import { checkEngineOptions, engineOptions } from './engineOptions.js';
import { modelImportCommand } from './modelImport.js';

/** `mamori model`: what a bundle is and whether it works here; a network from elsewhere becomes one. */
export const modelCommand = new Command('model').description('model bundles').addCommand(modelImportCommand);

const inspectCommand = modelCommand
  .command('inspect')
  .description('say what a bundle is, check its files and run its network once')
  .argument('<bundle>', 'folder of the bundle')
  .option('--json', 'one JSON object on stdout')
  .action(inspect);
for (const option of engineOptions()) inspectCommand.addOption(option);

async function inspect(
  folder: string,
  options: Pick<EngineChoice, 'engine' | 'device'> & { json?: true },
  command: Command,
): Promise<void> {
  await checkEngineOptions(command, options);
  const { inspectModel } = await import('../model/index.js');
  const inspection = await inspectModel(folder, options);
  if (options.json) {
    console.log(JSON.stringify(inspection));
    return;
  }
  const { bundle, engine } = inspection;
  const { rows, columns, channels, preparation } = bundle.input;
  const lines: [string, string][] = [
    ['model', `${bundle.name} ${bundle.version}, ${bundle.manufacturer}`],
    ['digest', bundle.digest],
    ['purpose', bundle.purpose],
    ...(bundle.termsOfUse === undefined ? [] : [['terms of use', bundle.termsOfUse] as [string, string]]),
    ...(bundle.caution === undefined ? [] : [['caution', bundle.caution] as [string, string]]),
    ...bundle.limits.map((limit): [string, string] => ['limit', limit]),
    [
      'network',
      bundle.explanation === 'occlusion'
        ? `${bundle.network}, explained by occlusion, without gradients`
        : `${bundle.network}, explained at ${bundle.targetLayer}`,
    ],
    ['input', `${rows} x ${columns} x ${channels}: ${preparation.map(({ step }) => step).join(', ')}`],
    ['classes', bundle.classes.join(', ')],
    ['operating point', `${bundle.operatingPoint} (calibration: ${bundle.calibration.kind})`],
    ['breast, exam', `${bundle.aggregation.breast} of its images, ${bundle.aggregation.exam} of its breasts`],
    ...(bundle.training === undefined
      ? []
      : ([
          ['trained on', bundle.training.data],
          ['licence', `${bundle.training.licence}. ${bundle.training.attribution}`],
        ] as [string, string][])),
    ...bundle.performance.map(({ measure, value, interval, on }): [string, string] => [
      'measured',
      `${measure} ${value}${interval ? ` (${interval.join(' to ')})` : ''}, ${on}`,
    ]),
    ['files', `${Object.keys(bundle.files).join(', ')}: all as bundle.json says`],
    ['engine', `${engine.name} on ${engine.device}: ${engine.reason}`],
    [
      'four views',
      `${engine.fourViewsMilliseconds.toFixed(0)} ms` +
        (bundle.explanation === 'occlusion' ? '' : `, heat maps of ${engine.featureShape.join(' x ')}`),
    ],
  ];
  const width = Math.max(...lines.map(([label]) => label.length));
  for (const [label, text] of lines) console.log(`${label.padEnd(width)}  ${text}`);
}
