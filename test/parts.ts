import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { installedTensorflow } from '../src/model/tensorflowRuntime.js';

/*
 * The real parts that tests run against and that a machine with nothing but Node lacks: the programs that
 * scripts/testParts.mjs installs, and native TensorFlow. Every test asks here before it uses one. Where it is
 * missing the test is skipped and says so; with CI set that is a failure. scripts/testNewcomer.mjs runs the tests
 * with all of them hidden.
 */

/** Left by scripts/testParts.mjs where TensorFlow could not be fetched: the one excuse that CI accepts. */
const TENSORFLOW_NOT_FETCHED = '.cache/tensorflow-not-fetched';

/** Debian's Python, which sees the packages that Debian installs. */
export const PYTHON = '/usr/bin/python3';
export const NUMPY = '/usr/lib/python3/dist-packages/numpy';
export const OPENCV = '/usr/share/doc/python3-opencv';
export const PYDICOM = '/usr/lib/python3/dist-packages/pydicom';
export const PYTORCH = '/usr/lib/python3/dist-packages/torchvision';
/** Where scripts/testParts.mjs puts Keras with CI set. */
export const KERAS = resolve('.cache/keras');

/** Where scripts/testParts.mjs puts highdicom, an independent reader of reports, with all that it needs. */
export const HIGHDICOM = '.cache/highdicom';

/** Set by scripts/testNewcomer.mjs, which takes programs off the PATH and cannot take away absolute paths. */
export const PARTS_ARE_HIDDEN = process.env.MAMORI_TEST_WITHOUT_PARTS === '1';

/** @param part name of a program to look for on the PATH, or an absolute path */
export function isInstalled(part: string): boolean {
  if (part.startsWith('/')) return !PARTS_ARE_HIDDEN && existsSync(part);
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, part)));
}

/**
 * Skips the test visibly where a part is missing; with CI set that is a failure.
 *
 * @param parts as for `isInstalled`
 */
export function needs(test: Mocha.Context, ...parts: string[]): void {
  const missing = parts.filter((part) => !isInstalled(part));
  if (missing.length > 0) skipped(test, `not installed: ${missing.join(', ')}`);
}

/** The same for highdicom, a Python library. */
export function needsHighdicom(test: Mocha.Context): void {
  needs(test, PYTHON);
  if (!PARTS_ARE_HIDDEN && existsSync(join(HIGHDICOM, 'highdicom'))) return;
  skipped(test, 'highdicom is not installed (node scripts/testParts.mjs, with pip)');
}

/** The same for native TensorFlow. */
export function needsNativeTensorflow(test: Mocha.Context): void {
  if (installedTensorflow() !== undefined) return;
  const reason = 'native TensorFlow is not installed (node scripts/installTensorflow.mjs)';
  skipped(test, reason, existsSync(TENSORFLOW_NOT_FETCHED));
}

/** Ends the test as skipped for a reason that somebody should see. */
export function skipped(test: Mocha.Context, reason: string, excused = false): never {
  if (process.env.CI && !excused) throw new Error(`With CI set nothing is skipped, but ${reason}`);
  console.warn(`      skipped: ${reason}`);
  return test.skip();
}
