import { type CodeItem, code } from '../content/item.js';
import { type HasConceptMod, hasConceptMod } from '../content/relationship.js';
import { ENGLISH_US, LANGUAGE } from '../content/reportConcepts.js';

/** TID 1204 Language of Content Item and Descendants (PS3.16): the words in the tree are English. */
export function tid1204Language(): HasConceptMod<CodeItem> {
  return hasConceptMod(code(LANGUAGE, ENGLISH_US));
}
