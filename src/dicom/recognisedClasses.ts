import type { Dataset } from './dataset.js';
import type { Reason } from './leftOut.js';
import type { LeftOutCode } from './leftOutCodes.js';
import type { Intent } from './source.js';
import { sopClass, sopClassName } from './uids.js';
import { printable } from './views.js';

const INTENT: Partial<Record<string, Intent>> = {
  [sopClass.DigitalMammographyForPresentation]: 'presentation',
  [sopClass.DigitalMammographyForProcessing]: 'processing',
};

const INTENT_TYPE: Partial<Record<string, Intent>> = {
  'FOR PRESENTATION': 'presentation',
  'FOR PROCESSING': 'processing',
};

/**
 * Whether a mammogram holds values to be read or raw ones, by its SOP class: Presentation Intent Type must say the same
 * (PS3.3 C.8.11.3; `contradictoryIntent`). Undefined for other classes.
 */
export function intentOfClass(sopClassUID: string): Intent | undefined {
  return INTENT[sopClassUID];
}

/**
 * Why a mammogram is not answered whose Presentation Intent Type (0008,0068) says the other than its SOP class;
 * undefined where they agree or there is none. Raw values read as others, or the other way round, would look like
 * a mammogram and get a number that means nothing.
 */
export function contradictoryIntent(dataset: Dataset): Reason<LeftOutCode> | undefined {
  const type = printable(dataset.string('PresentationIntentType') ?? '').toUpperCase();
  const meant = INTENT_TYPE[type];
  const uid = dataset.string('SOPClassUID') ?? '';
  if (meant === undefined || meant === intentOfClass(uid)) return undefined;
  return {
    code: 'contradictory-intent',
    reason: `Presentation Intent Type says ${type}, the SOP class ${sopClassName(uid)}`,
  };
}

/**
 * Why an instance of this SOP class is no mammogram, as far as its class tells: a tomosynthesis of a gigabyte need
 * not be fetched to be left out. Undefined for the two classes that mammograms have.
 *
 * @param sopClassUID empty where the instance has none
 */
export function leftOutByClass(sopClassUID: string, modality = ''): Reason<LeftOutCode> | undefined {
  if (intentOfClass(sopClassUID) !== undefined) return undefined;
  const name =
    sopClassUID === ''
      ? 'an object without a SOP class'
      : `${sopClassName(sopClassUID)}${modality && ` (Modality ${modality})`}`;
  return { code: codeOfClass(sopClassUID), reason: `Not a Digital Mammography X-Ray Image but ${name}` };
}

function codeOfClass(uid: string): LeftOutCode {
  if (uid === sopClass.BreastTomosynthesis) return 'tomosynthesis';
  if (uid === sopClass.BreastProjectionForPresentation || uid === sopClass.BreastProjectionForProcessing) {
    return 'tomosynthesis-projection';
  }
  if (uid === sopClass.SecondaryCapture || uid.startsWith(`${sopClass.SecondaryCapture}.`))
    return 'secondary-capture';
  if (uid === sopClass.MammographyCADSR) return 'mammography-cad-report';
  if (uid.startsWith('1.2.840.10008.5.1.4.1.1.88.')) return 'structured-report';
  if (uid.startsWith('1.2.840.10008.5.1.4.1.1.11.')) return 'presentation-state';
  return 'not-a-mammogram';
}
