import { type Command, Option } from 'commander';
import type { EngineChoice } from '../model/index.js';

/** `--engine` and `--device`: the same names as under `model` in the settings. */
export const engineOptions = () => [
  new Option('--engine <name>', 'what runs the network, as model.engine in the settings').default('auto'),
  new Option('--device <name>', 'where it runs, as model.device in the settings').default('auto'),
];

/** Only now, as the list of engines would take longer to load than help may take. Ends wrong usage. */
export async function checkEngineOptions(
  command: Command,
  { engine, device }: Pick<EngineChoice, 'engine' | 'device'>,
): Promise<void> {
  const { DEVICE_CHOICES, ENGINE_CHOICES } = await import('../model/index.js');
  const check = (option: string, given: string, choices: readonly string[]) => {
    if (choices.includes(given)) return;
    command.error(
      `error: option '${option} <name>' argument '${given}' is invalid. Allowed choices are ${choices.join(', ')}.`,
      { exitCode: 2 },
    );
  };
  check('--engine', engine, ENGINE_CHOICES);
  check('--device', device, DEVICE_CHOICES);
}
