/**
 * The settings: one YAML file becomes plain, checked values that nobody has to check again.
 *
 * `settingsSchema.ts` is the one place for what there is to set: every key with its type, its default and the sentence
 * that explains it. The JSON Schema for editors is made from it (`jsonSchema.ts`, `npm run schema`), and the example
 * file is held against it by a test. A new setting is a line there; the large section on notification has a file of its
 * own (`notifySettings.ts`), and what several sections are made of stands in `settingParts.ts`.
 *
 * `load.ts` tells the way of a file: `yamlDocument.ts` parses it and remembers the line of every key, `environment.ts`
 * puts in what `${NAME}` names, `secret.ts` reads secrets from files, `check.ts` holds all of it against the schema and
 * makes paths absolute. Everything that is wrong is found in one go, each with key, line and a suggestion
 * (`problem.ts`, `suggestion.ts`); no message ever shows a value, since that may be a password.
 *
 * What stands under `outputs` is made of the table of kinds of object in `exam/`.
 *
 * `settingsByKey.ts` lays all settings out flat, so that it can be told which changed since the last start.
 *
 * `installation.ts` knows the folder that Mamori is installed in, and its version. Which settings change results is
 * said where results are named, in `exam/resultNames.ts`.
 */
export { bundleFolder, installationFolder, installedVersion } from './installation.js';
export { settingsJsonSchema } from './jsonSchema.js';
export { defaultSettings, loadSettings } from './load.js';
export { type Problem, SettingsError, SettingsFileError } from './problem.js';
export { secretsByKey } from './secret.js';
export { type SettingsByKey, settingsByKey } from './settingsByKey.js';
export type { Settings } from './settingsSchema.js';
