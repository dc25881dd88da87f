import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { expand, holdsMarks, markReferences, unmark } from './environment.js';
import { type KeyPath, keyName, type Problem } from './problem.js';

/** A settings file as plain values, and where each of them stands. */
export interface SettingsDocument {
  /** Maps, lists, strings, numbers and booleans; keys without a value are left out. */
  value: unknown;
  problems: Problem[];
  /** False when the YAML itself is broken, so that `value` is not worth checking. */
  readable: boolean;
  /** Line of the key, or of the nearest one above it that the file has; from 1. */
  lineOf(path: KeyPath): number;
  /** Whether the value there came out of the environment, at least in part. */
  fromEnvironment(path: KeyPath): boolean;
}

/** What the parser's codes mean. Its own messages quote the file, so a password could be in them. */
const SYNTAX: Record<string, string> = {
  BAD_ALIAS: 'an alias (*) that cannot be read; put a text that starts with * in quotes',
  BAD_DQ_ESCAPE: 'an unknown \\ escape in double quotes; single quotes take a \\ as it is',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BAD_SCALAR_START: 'a text that starts with a character reserved by YAML; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon on the line; put a text that holds ": " in quotes',
  MISSING_CHAR: 'a quote, bracket or comma is missing',
  MULTILINE_IMPLICIT_KEY: 'a line without "key: value"',
  MULTIPLE_DOCS: 'more than one YAML document in the file',
  TAB_AS_INDENT: 'a tab as indentation; use spaces',
  TAG_RESOLVE_FAILED: 'an unknown tag (!); put a text that starts with ! in quotes',
  UNEXPECTED_TOKEN: 'a character that YAML does not expect here; put the text in quotes',
};

/** Reads a settings file's text. Never throws: what is wrong with it is in `problems`. */
export function readDocument(text: string, env: NodeJS.ProcessEnv): SettingsDocument {
  if (holdsMarks(text)) {
    const problem = {
      line: 1,
      key: '',
      message: 'holds characters of the private use area (U+E000 to U+E003)',
    };
    return {
      value: undefined,
      problems: [problem],
      readable: false,
      lineOf: () => 1,
      fromEnvironment: () => false,
    };
  }
  const lines = new LineCounter();
  const document = parseDocument(markReferences(text), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  });
  const walk = new Walk(document, lines, env);
  const value = walk.valueOf(document.contents, [], 0);
  const broken = [...document.errors, ...document.warnings];
  return {
    value,
    problems:
      broken.length > 0 ? firstOfEachLine(broken.map((error) => walk.syntaxProblem(error))) : walk.problems,
    readable: broken.length === 0,
    lineOf: (path) => walk.lineOf(path),
    fromEnvironment: (path) => walk.expanded.has(JSON.stringify(path)),
  };
}

/** What follows the first break in a line is mostly its consequence. */
function firstOfEachLine(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ line }, index) => problems.findIndex((other) => other.line === line) === index);
}

/** The path as far as it is words: in broken YAML a value, perhaps a secret, may have been read as a key. */
function wordsOf(path: KeyPath): KeyPath {
  const end = path.findIndex((part) => typeof part === 'string' && !/^[A-Za-z]+$/.test(part));
  return end === -1 ? path : path.slice(0, end);
}

const DEEPEST = 20;
/** Far more than any settings hold; aliases of aliases could otherwise make billions. */
const MOST_VALUES = 5000;

/** One way down the parsed document, which notes where things stand. */
class Walk {
  readonly problems: Problem[] = [];
  readonly expanded = new Set<string>();
  readonly #keyOffsets = new Map<string, number>();
  #values = 0;

  readonly #document: Document.Parsed;

  readonly #lines: LineCounter;

  readonly #env: NodeJS.ProcessEnv;

  constructor(document: Document.Parsed, lines: LineCounter, env: NodeJS.ProcessEnv) {
    this.#document = document;

    this.#lines = lines;

    this.#env = env;
  }

  valueOf(node: unknown, path: KeyPath, depth: number): unknown {
    if (++this.#values > MOST_VALUES) return undefined;
    if (this.#values === MOST_VALUES) return this.#report([], 'holds too many values');
    if (depth > DEEPEST) return this.#report(path, 'is nested too deeply');
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) return this.#report(path, `holds ${SYNTAX.BAD_ALIAS}`);
      return this.valueOf(target, path, depth + 1);
    }
    if (isMap(node)) return this.#mapOf(node.items as { key: unknown; value: unknown }[], path, depth);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        this.#note([...path, index], item);
        return this.valueOf(item, [...path, index], depth + 1);
      });
    }
    if (!isScalar(node)) return undefined;
    if (typeof node.value === 'string') return this.#textOf(node.value, path);
    // Left empty, as when all that belongs under a key is commented out: the default holds.
    return node.value === null ? undefined : node.value;
  }

  lineOf(path: KeyPath): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#keyOffsets.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return this.#lines.linePos(offset).line;
    }
    return 1;
  }

  syntaxProblem(error: YAMLError): Problem {
    const [offset] = error.pos;
    // The key that stands last before the break is the one that an administrator looks for.
    let nearest: { path: string; offset: number } | undefined;
    for (const [path, keyOffset] of this.#keyOffsets) {
      if (keyOffset <= offset && keyOffset >= (nearest?.offset ?? 0)) nearest = { path, offset: keyOffset };
    }
    return {
      line: this.#lines.linePos(offset).line,
      key: nearest === undefined ? '' : keyName(wordsOf(JSON.parse(nearest.path) as KeyPath)),
      message: `is not valid YAML: ${SYNTAX[error.code] ?? 'it cannot be read'}`,
    };
  }

  #mapOf(items: { key: unknown; value: unknown }[], path: KeyPath, depth: number): object {
    const map: Record<string, unknown> = Object.create(null);
    const firstLines = new Map<string, number>();
    for (const { key: keyNode, value } of items) {
      const key = isScalar(keyNode) ? unmark(String(keyNode.value)) : '?';
      const here = [...path, key];
      const line = this.#lines.linePos((keyNode as ParsedNode | null)?.range?.[0] ?? 0).line;
      const first = firstLines.get(key);
      if (first !== undefined) {
        this.problems.push({ line, key: keyName(here), message: `stands twice, first in line ${first}` });
        continue;
      }
      firstLines.set(key, line);
      this.#note(here, keyNode);
      const read = this.valueOf(value, here, depth + 1);
      if (read !== undefined) map[key] = read;
    }
    return map;
  }

  #textOf(text: string, path: KeyPath): string {
    const { value, expanded, missing, malformed } = expand(text, this.#env);
    if (expanded) this.expanded.add(JSON.stringify(path));
    for (const name of missing) {
      const message = `needs the environment variable ${name}, which is not set`;
      this.problems.push({ line: this.lineOf(path), key: keyName(path), message, variable: name });
    }
    if (malformed) this.#report(path, 'has a ${ that starts no variable name; write $${ for the characters');
    return value;
  }

  #note(path: KeyPath, node: unknown): void {
    const offset = (node as ParsedNode | null)?.range?.[0];
    if (offset !== undefined) this.#keyOffsets.set(JSON.stringify(path), offset);
  }

  #report(path: KeyPath, message: string): undefined {
    this.problems.push({ line: this.lineOf(path), key: keyName(path), message });
    return undefined;
  }
}
