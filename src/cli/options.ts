import { type Command, Option } from 'commander';

/** `-c FILE`, as every command has it that works with a PACS or a ledger. */
export const configOption = () =>
  new Option('-c, --config <file>', 'settings file').env('MAMORI_CONFIG').makeOptionMandatory();

/** `--json`, as every command has it. */
export const jsonOption = () => new Option('--json', 'one JSON object on stdout');

/**
 * Ends wrong usage where an option has none of the values that a room knows, in commander's own words. Once the command
 * runs, as those lists would take longer to load than help may take.
 */
export function checkChoice(
  command: Command,
  option: string,
  given: string,
  choices: readonly string[],
): void {
  if (choices.includes(given)) return;
  const allowed = choices.join(', ');
  command.error(`error: option '${option}' argument '${given}' is invalid. Allowed choices are ${allowed}.`, {
    exitCode: 2,
  });
}
