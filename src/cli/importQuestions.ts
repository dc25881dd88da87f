import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { InvalidArgumentError } from 'commander';

import type { OpenQuestions, OutputMeaning } from '../training/index.js';
import { CommandError } from './errors.js';
import { numberFromZero, numbers, positiveNumber, wholeNumber } from './numbers.js';

/** What the command line gives; what may be asked for is not there yet. */
export interface ImportAnswers {
  out: string;
  name?: string;
  modelVersion: string;
  manufacturer?: string;
  purpose?: string;
  limit?: string[];
  caution?: string;
  concept?: string;
  negative: string;
  positive: string;
  dataDescription: string;
  licence: string;
  attribution: string;
  terms?: string;
  layout?: 'NCHW' | 'NHWC';
  rows?: number;
  columns?: number;
  channels?: number;
  white: number;
  mean?: number[];
  deviation?: number[];
  crop?: number;
  orient?: 'none' | 'chest-wall-left' | 'canonical';
  clahe?: number;
  preparation?: string;
  output?: string;
  meaning?: OutputMeaning;
  positiveIndex?: '0' | '1';
  targetLayer?: string;
  explanation: 'auto' | 'grad-cam' | 'occlusion';
  calibrate?: string;
  labels?: string;
  seed: number;
  json?: true;
}

/** What no default can stand for, whatever the file holds: a wrong guess would go unseen. */
type Needed = 'name' | 'manufacturer' | 'purpose' | 'limit' | 'concept' | 'mean' | 'deviation';

export type CompleteAnswers = ImportAnswers & Required<Pick<ImportAnswers, Needed>>;

interface Question {
  key: keyof ImportAnswers;
  option: string;
  /** @param open what the file leaves open */
  text(open: OpenQuestions, answers: ImportAnswers): string;
  /** @throws InvalidArgumentError */
  read(text: string, open: OpenQuestions): unknown;
  /**
   * An empty line, and silence where nobody can be asked, leave the option out.
   */
  optional?: true;
  /** Whether it is a question at all; always where left out. */
  arises?(open: OpenQuestions, given: ImportAnswers): boolean;
}

const sentence = (text: string) => text;
const oneOf =
  (...choices: readonly string[]) =>
  (text: string) => {
    const chosen = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (chosen === undefined) throw new InvalidArgumentError(`one of ${choices.join(', ')} is needed`);
    return chosen;
  };
const leftOpen = (what: OpenQuestions['open'][number]) => (open: OpenQuestions) => open.open.includes(what);
const size = (key: 'rows' | 'columns' | 'channels', what: string): Question => ({
  key,
  option: `--${key}`,
  text: ({ shape }) => `${what} that it was trained with; the input ${shape} leaves it free`,
  read: wholeNumber,
  arises: leftOpen(key),
});
/** Of the preparation nothing is asked where any of it was said. */
const preparation = (key: 'crop' | 'orient' | 'clahe', text: string, read: Question['read']): Question => ({
  key,
  option: `--${key}`,
  text: () => `${text}; nothing for none`,
  read,
  optional: true,
  arises: (_, { crop, orient, clahe, preparation: file }) =>
    [crop, orient, clahe, file].every((said) => said === undefined),
});

/** In the order in which they are asked: an answer may open or close what follows. */
const QUESTIONS: readonly Question[] = [
  {
    key: 'output',
    option: '--output',
    text: ({ outputs }) => `Which of its outputs is the answer (${outputs.join(', ')})`,
    read: (text, { outputs }) => oneOf(...outputs)(text),
    arises: leftOpen('output'),
  },
  {
    key: 'layout',
    option: '--layout',
    text: ({ shape }) => `The input is ${shape}: NCHW (PyTorch) or NHWC (Keras)`,
    read: oneOf('NCHW', 'NHWC'),
    arises: leftOpen('layout'),
  },
  size('channels', 'Channels'),
  size('rows', 'Rows (height)'),
  size('columns', 'Columns (width)'),
  {
    key: 'meaning',
    option: '--meaning',
    text: () => 'What its answer is: logits (scores), sigmoid or softmax (probabilities)',
    read: oneOf('logits', 'sigmoid', 'softmax'),
    arises: leftOpen('meaning'),
  },
  {
    key: 'positiveIndex',
    option: '--positive-index',
    text: (_, { positive }) => `Which of its two numbers speaks of ${positive}: 0 or 1; nothing for 1`,
    read: oneOf('0', '1'),
    optional: true,
    arises: leftOpen('positiveIndex'),
  },
  {
    key: 'mean',
    option: '--mean',
    text: (_, { white }) =>
      `Mean that was subtracted in training, for grey values from 0 to ${white} (ImageNet: 0.485,0.456,0.406)`,
    read: numbers,
  },
  {
    key: 'deviation',
    option: '--deviation',
    text: () => 'Deviation that was divided by in training (ImageNet: 0.229,0.224,0.225)',
    read: numbers,
  },
  preparation(
    'crop',
    'Were images cut to the breast before they were resized? With which margin, such as 0.02',
    numberFromZero,
  ),
  preparation(
    'orient',
    'Were they turned: chest-wall-left or canonical',
    oneOf('none', 'chest-wall-left', 'canonical'),
  ),
  preparation('clahe', 'Were they equalised by CLAHE? With which clip limit, such as 3', positiveNumber),
  { key: 'name', option: '--name', text: () => 'Name of the model', read: sentence },
  { key: 'manufacturer', option: '--manufacturer', text: () => 'Who answers for it', read: sentence },
  { key: 'purpose', option: '--purpose', text: () => 'What it is for, in a sentence', read: sentence },
  {
    key: 'limit',
    option: '--limit',
    text: () => 'What it cannot do, in a sentence',
    read: (text) => [text],
  },
  {
    key: 'concept',
    option: '--concept',
    text: () => 'What its probability is of: cancer, or VALUE,SCHEME,MEANING of a code',
    read: sentence,
  },
];

/**
 * Asks on a terminal for what was not said as an option.
 *
 * @param leftOpen what the file leaves open, as `readOpenQuestions` gives it
 * @throws CommandError `usage-import` that names all that is missing, where nobody can be asked
 */
export async function askForMissing(
  given: ImportAnswers,
  leftOpen: (said: ImportAnswers) => OpenQuestions,
  from: Readable & { isTTY?: boolean },
  to: Writable,
): Promise<CompleteAnswers> {
  const answers: ImportAnswers = { ...given };
  if (from.isTTY !== true) {
    refuseGaps(answers, leftOpen(answers));
    return answers as CompleteAnswers;
  }
  const lines = createInterface({ input: from, output: to });
  try {
    // Asked one after the other, and not chosen beforehand: an answer decides what else there is to ask.
    for (const question of QUESTIONS) {
      const open = leftOpen(answers);
      if (!arises(question, open, given)) continue;
      Object.assign(answers, { [question.key]: await answerTo(question, open, answers, lines, to) });
    }
  } finally {
    lines.close();
  }
  return answers as CompleteAnswers;
}

function arises({ key, arises: when }: Question, open: OpenQuestions, given: ImportAnswers): boolean {
  return given[key] === undefined && (when?.(open, given) ?? true);
}

function refuseGaps(answers: ImportAnswers, open: OpenQuestions): void {
  const missing = QUESTIONS.filter(
    (question) => question.optional === undefined && arises(question, open, answers),
  );
  if (missing.length === 0) return;
  throw new CommandError(
    'usage-import',
    `the file cannot say: ${missing.map(({ option }) => option).join(', ')}`,
    {
      remedy:
        'Give these options, or run the command on a terminal, where it asks; docs/model-import.md explains each.',
    },
  );
}

async function answerTo(
  question: Question,
  open: OpenQuestions,
  answers: ImportAnswers,
  lines: { question(text: string): Promise<string> },
  to: Writable,
): Promise<unknown> {
  for (;;) {
    const text = (await lines.question(`${question.text(open, answers)}: `)).trim();
    if (text === '') {
      if (question.optional) return undefined;
      continue;
    }
    try {
      return question.read(text, open);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      to.write(`${error.message}\n`);
    }
  }
}
