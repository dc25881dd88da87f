/** The settings: one YAML file, checked key by key, and what an installation is. */
export { resultDigest } from './digest.js';
export { bundleFolder, installationFolder, installedVersion } from './installation.js';
export { settingsJsonSchema } from './jsonSchema.js';
export { defaultSettings, loadSettings } from './load.js';
export { type Problem, SettingsError } from './problem.js';
export { secretValues } from './secret.js';
export type { Settings } from './settingsSchema.js';
