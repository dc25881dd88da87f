/**
 * The root of every error that Mamori raises on purpose.
 *
 * An administrator reads these at night, so each says what happened and what to do about it. Messages carry
 * UIDs and positions, never a patient's name, birth date or ID, and never a secret.
 */
export class MamoriError<Code extends string = string> extends Error {
  /**
   * Stable, lower-case words joined by hyphens (`pacs-unreachable`): for logs, the ledger and tests. Each room has a
   * type of its own for those that it raises.
   */
  readonly code: Code;
  /** What the reader can do about it, as a sentence. */
  readonly remedy: string | undefined;

  constructor(code: Code, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = options.remedy;
  }
}
