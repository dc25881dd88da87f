import { countText } from '../countText.js';
import { MamoriError } from '../errors.js';

/**
 * The archive did not take, or does not show, what it was sent. Codes: `delivery-refused` (it said why),
 * `delivery-unconfirmed` (it said nothing, or said yes, and the objects are not there).
 */
export class DeliveryError extends MamoriError<'delivery-refused' | 'delivery-unconfirmed'> {
  /** Whether the same objects may be taken later without anybody doing anything. */
  readonly transient: boolean;

  constructor(code: DeliveryError['code'], message: string, options: { transient: boolean; remedy: string }) {
    super(code, message, options);
    this.transient = options.transient;
  }
}

/** The process has gone down over an exam, or the machine: nobody was left to write down why. */
export class ProcessEndedError extends MamoriError<'process-ended'> {}

export function processEnded(studyInstanceUID: string, tries: number): ProcessEndedError {
  return new ProcessEndedError(
    'process-ended',
    `The last of ${countText(tries, 'try', 'tries')} at study ${studyInstanceUID} ended with its process.`,
    { remedy: 'Look for crashes and lack of memory, then: mamori retry.' },
  );
}
