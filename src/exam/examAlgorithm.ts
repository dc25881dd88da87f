import { type Algorithm, deriveUid } from '../dicom/index.js';
import type { Bundle } from '../model/index.js';
import { heatMapParameters } from './explanation.js';
import type { ExamSettings } from './outputSettings.js';

/** How a bundle, run by this software with these settings, is named in every object that it writes. */
export function algorithmOf(bundle: Bundle, settings: ExamSettings, softwareVersion: string): Algorithm {
  return {
    name: bundle.name,
    version: bundle.version,
    manufacturer: bundle.manufacturer,
    parameters: [...heatMapParameters(bundle, settings.explain), `bundle-sha256=${bundle.digest}`],
    // A bundle trained again under an old version is another device.
    deviceUid: deriveUid('device', bundle.manufacturer, bundle.name, bundle.version, bundle.digest),
    softwareVersions: `Mamori ${softwareVersion}`,
  };
}
