import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { OutputMeaning } from '../training/index.js';
import { CommandError } from './errors.js';

/** What the command line gives; what may be asked for is not there yet. */
export interface ImportAnswers {
  out: string;
  name?: string;
  modelVersion: string;
  manufacturer?: string;
  purpose?: string;
  limit?: string[];
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
  positiveIndex: '0' | '1';
  targetLayer?: string;
  explanation: 'auto' | 'grad-cam' | 'occlusion';
  calibrate?: string;
  labels?: string;
  seed: number;
  json?: true;
}

/** What no default can stand for: a wrong guess would go unseen. */
type Needed = 'name' | 'manufacturer' | 'purpose' | 'limit' | 'concept' | 'mean' | 'deviation';

const QUESTIONS: { key: Needed; option: string; question: string }[] = [
  { key: 'name', option: '--name', question: 'Name of the model' },
  { key: 'manufacturer', option: '--manufacturer', question: 'Who answers for it' },
  { key: 'purpose', option: '--purpose', question: 'What it is for, in a sentence' },
  { key: 'limit', option: '--limit', question: 'What it cannot do, in a sentence' },
  {
    key: 'concept',
    option: '--concept',
    question: 'What its probability is of: cancer, or VALUE,SCHEME,MEANING of a code',
  },
  {
    key: 'mean',
    option: '--mean',
    question:
      'Mean that was subtracted in training, for grey values from 0 to 1 (ImageNet: 0.485,0.456,0.406)',
  },
  {
    key: 'deviation',
    option: '--deviation',
    question: 'Deviation that was divided by in training (ImageNet: 0.229,0.224,0.225)',
  },
];

export type CompleteAnswers = ImportAnswers & Required<Pick<ImportAnswers, Needed>>;

/**
 * Asks on a terminal for what was not said as an option.
 *
 * @throws CommandError `usage-import` that names all that is missing, where nobody can be asked
 */
export async function askForMissing(
  given: ImportAnswers,
  from: Readable & { isTTY?: boolean },
  to: Writable,
): Promise<CompleteAnswers> {
  const missing = QUESTIONS.filter(({ key }) => given[key] === undefined);
  if (missing.length > 0 && from.isTTY !== true)
    throw new CommandError(
      'usage-import',
      `the file cannot say: ${missing.map(({ option }) => option).join(', ')}`,
      {
        remedy:
          'Give these options, or run the command on a terminal, where it asks; docs/model-import.md explains each.',
      },
    );
  const answers: Record<string, unknown> = { ...given };
  const lines = createInterface({ input: from, output: to });
  try {
    for (const { key, question } of missing) answers[key] = await answerTo(question, key, lines, to);
  } finally {
    lines.close();
  }
  return answers as unknown as CompleteAnswers;
}

async function answerTo(
  question: string,
  key: Needed,
  lines: { question(text: string): Promise<string> },
  to: Writable,
): Promise<string | string[] | number[]> {
  for (;;) {
    const text = (await lines.question(`${question}: `)).trim();
    if (text === '') continue;
    if (key === 'limit') return [text];
    if (key !== 'mean' && key !== 'deviation') return text;
    const values = text.split(',').map(Number);
    if (values.every(Number.isFinite)) return values;
    to.write('Numbers with commas between them are needed.\n');
  }
}
