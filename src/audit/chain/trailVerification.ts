import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HEAD_FILE, type Head, HeadStore } from './head.js';
import { type Anchor, GENESIS, hashOf, type Link } from './link.js';
import { storedLines, trailFiles } from './trailFiles.js';

/** What does not hold, and where: `file` and `line` (from 1) of the first line that shows it. */
export interface TrailProblem {
  what: string;
  file?: string | undefined;
  line?: number | undefined;
}

export interface Verification {
  files: number;
  lines: number;
  first: Anchor | undefined;
  last: Anchor | undefined;
  /** Empty where every line is as it was written, and none is missing as far as can be told. */
  problems: TrailProblem[];
}

/**
 * Goes through the whole chain. A line that was changed, removed, put in or moved shows at that line, one that was
 * removed at the end by the head, which says how far the trail reached. Whoever may write the folder can write chain
 * and head from the start: only an anchor that was noted elsewhere shows that.
 *
 * @param anchor a line's number and hash as they were noted earlier; without it the trail must begin with line 1
 * @throws the system's own error where the folder cannot be read
 */
export async function verifyTrail(folder: string, anchor?: Anchor): Promise<Verification> {
  // Before the lines: those that are written meanwhile are beyond it, and no harm.
  const head = readHead(folder);
  const names = await trailFiles(folder);
  const problems: TrailProblem[] = [];
  let lines = 0;
  let first: Link | undefined;
  let last: Link | undefined;
  let anchorHash: string | undefined;
  let headHash: string | undefined;
  let unfinished: (() => void) | undefined;
  for await (const { file, line, link } of storedLines(folder, names)) {
    lines++;
    const report = (what: string) => problems.push({ what, file, line });
    unfinished?.();
    unfinished = undefined;
    if (link === undefined) {
      unfinished = () =>
        report('is no line of the trail: it was put in, or what it held cannot be read any more');
      continue;
    }
    if (hashOf(link) !== link.hash) report(`line ${link.sequence} was changed: its hash does not fit`);
    if (first === undefined) {
      first = link;
      if (!beginsRightly(link, anchor)) report(beginning(link));
    } else if (last !== undefined) {
      const broken = breach(last, link);
      if (broken !== undefined) report(broken);
    }
    last = link;
    if (link.sequence === anchor?.sequence) anchorHash = link.hash;
    if (link.sequence === head?.sequence) headHash = link.hash;
  }
  // What a crash left of a line that was never said to be written goes when the next one is.
  if ((last?.sequence ?? 0) < (head?.sequence ?? 0)) unfinished?.();
  problems.push(...atTheEnd(last, head, headHash));
  if (anchor !== undefined) problems.push(...anAnchor(anchor, first, last, anchorHash));
  return { files: names.length, lines, first: anchorOf(first), last: anchorOf(last), problems };
}

function beginsRightly({ sequence, previous }: Link, anchor: Anchor | undefined): boolean {
  const before = anchor !== undefined && anchor.sequence === sequence - 1 ? anchor : GENESIS;
  return sequence === before.sequence + 1 && previous === before.hash;
}

function beginning({ sequence, previous }: Link): string {
  if (sequence === 1) return 'line 1 does not begin the trail: it names a line before it';
  return (
    `the trail begins with line ${sequence}: earlier lines were removed, or moved away. If they lie elsewhere, ` +
    `check that they end with ${sequence - 1}:${previous}, and give that as --anchor`
  );
}

/** Why a line cannot follow another. */
function breach(last: Link, { sequence, previous }: Link): string | undefined {
  if (sequence === last.sequence + 1)
    return previous === last.hash
      ? undefined
      : `line ${sequence} was written after another line ${last.sequence}`;
  if (sequence > last.sequence + 1) {
    const gone = sequence - 1 === last.sequence + 1 ? `line ${sequence - 1} is` : undefined;
    return `${gone ?? `lines ${last.sequence + 1} to ${sequence - 1} are`} missing before line ${sequence}`;
  }
  return `line ${sequence} stands after line ${last.sequence}: lines were moved, or put in`;
}

function atTheEnd(
  last: Link | undefined,
  head: Head | undefined,
  headHash: string | undefined,
): TrailProblem[] {
  if (head === undefined) {
    const what = `${HEAD_FILE} is gone: whether lines are missing at the end cannot be told`;
    return last === undefined ? [{ what: 'there is no trail here' }] : [{ what }];
  }
  const { sequence, hash } = head;
  if ((last?.sequence ?? 0) < sequence) {
    const from = (last?.sequence ?? 0) + 1;
    const which = from === sequence ? `line ${sequence} is` : `lines ${from} to ${sequence} are`;
    return [{ what: `${which} missing at the end of the trail` }];
  }
  if (headHash !== undefined && headHash !== hash)
    return [{ what: `line ${sequence} is another than was written: ${HEAD_FILE} knows its hash` }];
  return [];
}

function anAnchor(
  { sequence, hash }: Anchor,
  first: Link | undefined,
  last: Link | undefined,
  found: string | undefined,
): TrailProblem[] {
  if (found === hash || (first !== undefined && first.sequence === sequence + 1)) return [];
  if (found !== undefined)
    return [
      { what: `line ${sequence} is another than when its anchor was noted: the trail was written again` },
    ];
  return [
    { what: `line ${sequence}, whose anchor was noted, is not there (the last is ${last?.sequence ?? 0})` },
  ];
}

function readHead(folder: string): Head | undefined {
  const file = join(folder, HEAD_FILE);
  if (!existsSync(file)) return undefined;
  const store = HeadStore.open(file, { readonly: true });
  try {
    return store.head;
  } catch (error) {
    // No table: nothing was ever written.
    if (/no such table/.test((error as Error).message)) return undefined;
    throw error;
  } finally {
    store.close();
  }
}

function anchorOf(link: Link | undefined): Anchor | undefined {
  return link && { sequence: link.sequence, hash: link.hash };
}
