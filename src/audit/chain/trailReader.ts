import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Link, readLink } from './link.js';
import { firstSequenceOf, trailFiles } from './trailFiles.js';

const LINE_END = 0x0a;

/**
 * Goes through a trail that grows, and remembers up to which byte: asked again, it reads what has come since. A line
 * without its end is left for the next time.
 */
export class TrailReader {
  readonly #folder: string;
  #sequence: number;
  #file: string | undefined;
  #bytes = 0;

  /** @param sequence the last line that is known already */
  constructor(folder: string, sequence: number) {
    this.#folder = folder;
    this.#sequence = sequence;
  }

  /** The links that have come since, in the order in which they stand. Throws the system's own error. */
  async *news(): AsyncGenerator<Link> {
    const names = await trailFiles(this.#folder);
    const known = this.#file === undefined ? -1 : names.indexOf(this.#file);
    const first =
      known >= 0 ? known : names.findLastIndex((name) => firstSequenceOf(name) <= this.#sequence + 1);
    for (const name of names.slice(Math.max(0, first))) {
      if (name !== this.#file) this.#bytes = 0;
      this.#file = name;
      yield* this.#rest(join(this.#folder, name));
    }
  }

  async *#rest(path: string): AsyncGenerator<Link> {
    const { size } = await stat(path);
    if (size === this.#bytes) return;
    // Lines were cut off: what stands there now is looked at from its start.
    if (size < this.#bytes) this.#bytes = 0;
    let left: Buffer = Buffer.alloc(0);
    for await (const chunk of createReadStream(path, { start: this.#bytes })) {
      left = Buffer.concat([left, chunk as Buffer]);
      let from = 0;
      for (let end = left.indexOf(LINE_END); end >= 0; end = left.indexOf(LINE_END, from)) {
        const link = readLink(left.toString('utf8', from, end));
        this.#bytes += end + 1 - from;
        from = end + 1;
        if (link === undefined || link.sequence <= this.#sequence) continue;
        this.#sequence = link.sequence;
        yield link;
      }
      left = left.subarray(from);
    }
  }
}
