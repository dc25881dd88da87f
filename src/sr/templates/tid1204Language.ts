import { ENGLISH_US, LANGUAGE } from '../../dicom/index.js';
import { type CodeItem, code, type HasConceptMod, hasConceptMod } from '../content/index.js';

/** TID 1204 Language of Content Item and Descendants (PS3.16): the words in the tree are English. */
export function tid1204Language(): HasConceptMod<CodeItem> {
  return hasConceptMod(code(LANGUAGE, ENGLISH_US));
}
