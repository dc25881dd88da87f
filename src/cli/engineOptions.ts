import { type Command, Option } from 'commander';
import type { EngineChoice } from '../model/index.js';
import { checkChoice } from './options.js';

/** `--engine` and `--device`: the same names as under `model` in the settings. */
export const engineOptions = () => [
  new Option('--engine <name>', 'what runs the network, as model.engine in the settings').default('auto'),
  new Option('--device <name>', 'where it runs, as model.device in the settings').default('auto'),
];

export async function checkEngineOptions(
  command: Command,
  { engine, device }: Pick<EngineChoice, 'engine' | 'device'>,
): Promise<void> {
  const { DEVICE_CHOICES, ENGINE_CHOICES } = await import('../model/index.js');
  checkChoice(command, '--engine <name>', engine, ENGINE_CHOICES);
  checkChoice(command, '--device <name>', device, DEVICE_CHOICES);
}
