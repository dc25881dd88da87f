import { AdminError } from '../admin/index.js';
import { asUid, readPart10 } from '../dicom/index.js';
import { PacsError } from '../dicomweb/index.js';
import { MamoriError } from '../errors.js';
import type { MadeObject } from '../ledger/index.js';
import { capturePicture, overlayPng } from '../pictures/index.js';
import { type ReportedAnswer, reportedAnswer } from '../sr/index.js';
import { timeText } from '../timeText.js';
import { inTime } from './inTime.js';
import type { Service } from './service.js';

/** A person waits for it, in front of a picture that is still empty. */
const PACS_MS = 20_000;

/** More than this nobody waits for, whoever asks: a script that asks for all pictures is not the PACS's to serve. */
const MOST_WAITING = 40;

/** Of a picture on a page: more than any screen shows of four beside each other. */
const LONG_EDGE = 1200;

/** Results as they stand in the PACS. One at a time is fetched, so that who looks keeps nobody from working. */
export class StoredResults {
  readonly #service: Pick<Service, 'pacs' | 'poller'>;
  readonly #patienceMs: number;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param patienceMs how long somebody waits for an answer */
  constructor(service: Pick<Service, 'pacs' | 'poller'>, patienceMs = PACS_MS) {
    this.#service = service;
    this.#patienceMs = patienceMs;
  }

  /** @throws AdminError `pacs-away`, `object-unknown` for what is not that report */
  answer(study: string, object: MadeObject): Promise<ReportedAnswer> {
    return this.#read(study, object, reportedAnswer);
  }

  /** As PNG, made smaller. @throws AdminError `pacs-away`, `object-unknown` for what is not that picture */
  async picture(study: string, object: MadeObject): Promise<Uint8Array> {
    return overlayPng(await this.#read(study, object, capturePicture), LONG_EDGE);
  }

  /** Something that takes the PACS, in its turn, however long it takes. @throws AdminError `pacs-away` */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) throw pacsAway('Too many ask for something of it at once.');
    const { poller } = this.#service;
    this.#waiting++;
    const mine = this.#turn.then(async () => {
      this.#waiting--;
      // An archive in trouble is left alone, by those who look as well.
      if (poller.leftAlone !== undefined) throw notAsked(poller.leftAlone);
      try {
        return await work();
      } catch (cause) {
        // Trouble of the ledger, or an order that is refused, is not the PACS's.
        if (cause instanceof MamoriError && !(cause instanceof PacsError)) throw cause;
        if (poller.leftAlone !== undefined) throw notAsked(poller.leftAlone);
        throw pacsAway(cause instanceof PacsError ? cause.message : 'It gives no answer.', cause);
      }
    });
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** Its answer, for a person who waits. @throws what `late` says where it takes too long */
  inTime<T>(work: Promise<T>, late: () => AdminError): Promise<T> {
    return inTime(work, this.#patienceMs, late);
  }

  /** What stands in an object, and in no other that the PACS may give in its place: that can be another patient's. */
  async #read<T>(study: string, object: MadeObject, read: (file: Uint8Array) => T | undefined): Promise<T> {
    const file = await this.#fetch(study, object);
    try {
      const { dataset } = readPart10(file);
      const isIt =
        dataset.string('SOPInstanceUID') === object.sopInstanceUID &&
        dataset.string('StudyInstanceUID') === study;
      const found = isIt ? read(file) : undefined;
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof MamoriError)) throw error;
    }
    throw unreadable(object);
  }

  #fetch(study: string, { seriesInstanceUID, sopInstanceUID }: MadeObject): Promise<Uint8Array> {
    const { pacs } = this.#service;
    const asked = performance.now();
    const late = () => pacsAway(`No answer in ${this.#patienceMs / 1000} s.`);
    const fetched = this.inTurn(async () => {
      // Nobody waits for it any more.
      if (performance.now() - asked > this.#patienceMs) throw late();
      return pacs.retrieveInstance(asUid(study), asUid(seriesInstanceUID), asUid(sopInstanceUID));
    });
    return this.inTime(fetched, late);
  }
}

function pacsAway(why: string, cause?: unknown): AdminError {
  return new AdminError('pacs-away', `The PACS does not give it now. ${why}`, { cause });
}

function notAsked({ until, reason }: NonNullable<Service['poller']['leftAlone']>): AdminError {
  const when = `The PACS is not asked at the moment, and not before ${timeText(until)}.`;
  return new AdminError('pacs-away', `${when} ${reason.reason}`);
}

function unreadable({ sopInstanceUID }: MadeObject): AdminError {
  return new AdminError(
    'object-unknown',
    `What the PACS gives as ${sopInstanceUID} is not that, or cannot be read.`,
  );
}
