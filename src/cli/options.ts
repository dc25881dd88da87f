import { Option } from 'commander';

/** `-c FILE`, as every command has it that works with a PACS or a ledger. */
export const configOption = () =>
  new Option('-c, --config <file>', 'settings file').env('MAMORI_CONFIG').makeOptionMandatory();

/** `--json`, as every command has it. */
export const jsonOption = () => new Option('--json', 'one JSON object on stdout');
