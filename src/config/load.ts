import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemCode } from '../systemCode.js';
import { checkSettings } from './check.js';
import { howToLetRead, isDenied } from './fileRights.js';
import { bundleFolder } from './installation.js';
import { SettingsError, SettingsFileError } from './problem.js';
import { readSecretFiles } from './secret.js';
import type { ParsedSettings, Settings } from './settingsSchema.js';
import { readDocument } from './yamlDocument.js';

/**
 * Reads and checks a settings file. Relative paths in it are relative to its folder; `${NAME}` comes from `env`.
 *
 * @throws SettingsError (`settings-invalid`) naming every problem with its key and line
 * @throws SettingsFileError (`settings-unreadable`) when there is no such file or it may not be read
 */
export function loadSettings(file: string, env: NodeJS.ProcessEnv = process.env): Settings {
  const folder = dirname(resolve(file));
  const document = readDocument(readText(file), env);
  if (!document.readable) throw new SettingsError(file, document.problems);

  const fromFiles = readSecretFiles(document, folder);
  const checked = checkSettings(document, folder);
  const problems = [...document.problems, ...fromFiles];
  // A variable that is missing leaves an empty text behind: one word about it is enough.
  const named = new Set(problems.map(({ key }) => key.replace(/\.file$/, '')));
  problems.push(...checked.problems.filter(({ key }) => !named.has(key)));
  if (checked.settings === undefined || problems.length > 0) throw new SettingsError(file, problems);
  return withAbsolutePaths(checked.settings, folder);
}

/** The settings of an installation that is told nothing but where the PACS is. */
export function defaultSettings(pacsUrl: string, folder: string = process.cwd()): Settings {
  const document = readDocument(JSON.stringify({ pacs: { url: pacsUrl } }), {});
  const { settings, problems } = checkSettings(document, folder);
  if (settings === undefined || problems.length > 0) throw new SettingsError('defaults', problems);
  return withAbsolutePaths(settings, folder);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const remedy = isDenied(code)
      ? `Run this as the account that the service has (runuser -u mamori -- mamori …), or ${howToLetRead(file)}`
      : 'Name it with -c FILE; config/mamori.example.yaml is one to start from.';
    throw new SettingsFileError(
      'settings-unreadable',
      `The settings file ${file} cannot be read (${systemCode(error)}).`,
      {
        remedy,
        cause: error,
      },
    );
  }
}

function withAbsolutePaths(settings: ParsedSettings, folder: string): Settings {
  const { pacs, model, admin, notify, audit } = settings;
  const ledger = { ...settings.ledger, url: absoluteUrl(settings.ledger.url, folder) };
  return {
    ...settings,
    pacs: { ...pacs, tls: absoluteFiles(pacs.tls, folder) },
    model: { ...model, bundle: bundleFolder(model.bundle, folder) },
    admin: { ...admin, tls: admin.tls && absoluteFiles(admin.tls, folder) },
    ledger: { ...ledger, tls: absoluteFiles(ledger.tls, folder) },
    notify: {
      ...notify,
      ...(notify.webhook && { webhook: withAbsoluteCa(notify.webhook, folder) }),
      ...(notify.email && { email: withAbsoluteCa(notify.email, folder) }),
      ...(notify.stateFile !== undefined && { stateFile: resolve(folder, notify.stateFile) }),
    },
    audit: {
      ...audit,
      folder: audit.folder === undefined ? besideLedger(ledger.url, folder) : resolve(folder, audit.folder),
      ...(audit.syslog && {
        syslog: { ...audit.syslog, tls: absoluteFiles(audit.syslog.tls, folder) },
      }),
    },
  };
}

function withAbsoluteCa<T extends { ca?: string | undefined }>(way: T, folder: string): T {
  return way.ca === undefined ? way : { ...way, ca: resolve(folder, way.ca) };
}

function absoluteFiles<T extends Settings['ledger']['tls']>(tls: T, folder: string): T {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  return { ...tls, ca: absolute(tls.ca), cert: absolute(tls.cert), key: absolute(tls.key) };
}

/** Where the service surely may write. A database server has no such place: then beside the settings. */
function besideLedger(url: string, folder: string): string {
  const scheme = 'sqlite:';
  return url.startsWith(scheme) ? `${url.slice(scheme.length)}-audit` : resolve(folder, 'mamori-audit');
}

/** A server's URL stays as it is. */
function absoluteUrl(url: string, folder: string): string {
  const scheme = 'sqlite:';
  return url.startsWith(scheme) ? `${scheme}${resolve(folder, url.slice(scheme.length))}` : url;
}
