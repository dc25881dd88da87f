import { createHmac, randomBytes } from 'node:crypto';
import { UIDS_IN_TEXT } from '../dicom/index.js';

/** DICOM's own: SOP classes, transfer syntaxes, coding schemes. They name no patient. */
const STANDARD = '1.2.840.10008.';

/**
 * Other UIDs in place of those that name a study, a series or an instance (PS3.15 E.3.9 asks for as much): whoever has
 * the archive could find the patient by them. The same UID becomes the same other one throughout a bundle, and another
 * one in the next: the key is kept nowhere.
 */
export class Pseudonyms {
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, string>();
  /** Those that are too short to be known as UIDs in a sentence. */
  readonly #short: readonly (readonly [uid: string, pattern: RegExp])[];

  /** @param named UIDs that are replaced however short they are */
  constructor(named: Iterable<string> = []) {
    this.#short = [...named]
      .filter((uid) => uid.replace(UIDS_IN_TEXT, '') !== '')
      .map((uid) => [uid, new RegExp(`(?<![\\d.])${uid.replaceAll('.', '\\.')}(?!\\.?\\d)`, 'g')]);
  }

  /** `2.25.` and a number of 128 bits. */
  of(uid: string): string {
    if (uid.startsWith(STANDARD)) return uid;
    let other = this.#known.get(uid);
    if (other === undefined) {
      const digest = createHmac('sha256', this.#key).update(uid).digest('hex').slice(0, 32);
      other = `2.25.${BigInt(`0x${digest}`)}`;
      this.#known.set(uid, other);
    }
    return other;
  }

  /** The text with every UID in it replaced. */
  in(text: string): string {
    const replaced = text.replace(UIDS_IN_TEXT, (uid) => this.of(uid));
    return this.#short.reduce((rest, [uid, pattern]) => rest.replace(pattern, () => this.of(uid)), replaced);
  }
}
