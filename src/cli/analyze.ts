import { Command } from 'commander';
import { MamoriError } from '../errors.js';
import { jsonOption } from './options.js';

interface Options {
  out: string;
  model: string;
  json?: true;
}

/** `mamori analyze`: DICOM files in, objects and pictures out, without a PACS. */
export const analyzeCommand = new Command('analyze')
  .description(
    'analyse DICOM files without a PACS: report, Secondary Captures and PNG previews into a folder',
  )
  .argument('<file...>', 'DICOM files of one exam or several')
  .requiredOption('--out <dir>', 'folder for the results')
  .option('--model <bundle>', 'model bundle', 'models/ddsm-mass')
  .addOption(jsonOption())
  .action(analyze);

async function analyze(_files: string[], _options: Options): Promise<void> {
  throw new MamoriError('usage-not-there', 'analyze is not there yet.');
}
