import { wildcardPattern } from '../wildcardPattern.js';

/** DICOM keyword → patterns, in which `*` stands for any characters and `?` for one (PS3.4 C.2.2.2.4). */
export type AttributePatterns = Readonly<Record<string, readonly string[]>>;

/** Which studies are looked at: `poll.include` and `poll.exclude`. */
export interface StudyRules {
  include?: AttributePatterns | undefined;
  exclude?: AttributePatterns | undefined;
}

/** Why a study is passed over. Names what the settings say, never what stands in the study. */
export interface PassedOver {
  /** `poll.exclude.StudyDescription`. */
  setting: string;
  /** The pattern of `exclude` that fits. */
  pattern?: string;
}

type Fits = (value: string) => boolean;

interface Rule {
  keyword: string;
  patterns: { text: string; fits: Fits }[];
}

/**
 * Judges studies by rules: every keyword of `include` must have a value that fits one of its patterns, and no keyword
 * of `exclude` may. A pattern stands for the whole value; upper and lower case are the same.
 */
export class StudyJudge {
  readonly #include: Rule[];
  readonly #exclude: Rule[];

  constructor({ include = {}, exclude = {} }: StudyRules) {
    this.#include = rulesOf(include);
    this.#exclude = rulesOf(exclude);
  }

  /** Attributes whose values it takes to judge; none where there are no rules. */
  get keywords(): string[] {
    return [...new Set([...this.#exclude, ...this.#include].map(({ keyword }) => keyword))];
  }

  /** @param valuesOf all values of an attribute in the study; `[]` where it has none */
  judge(valuesOf: (keyword: string) => readonly string[]): PassedOver | undefined {
    for (const { keyword, patterns } of this.#exclude) {
      const values = valuesOf(keyword);
      const fitting = patterns.find(({ fits }) => values.some(fits));
      if (fitting !== undefined) return { setting: `poll.exclude.${keyword}`, pattern: fitting.text };
    }
    for (const { keyword, patterns } of this.#include) {
      const values = valuesOf(keyword);
      if (!patterns.some(({ fits }) => values.some(fits))) return { setting: `poll.include.${keyword}` };
    }
    return undefined;
  }
}

function rulesOf(attributes: AttributePatterns): Rule[] {
  return Object.entries(attributes).map(([keyword, patterns]) => ({
    keyword,
    patterns: patterns.map((text) => ({
      text,
      fits: wildcardPattern(text, { ignoreCase: true }),
    })),
  }));
}
