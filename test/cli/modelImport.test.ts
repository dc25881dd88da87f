import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { importProcedure } from '../../src/cli/importProcedure.js';
import { askForMissing, type CompleteAnswers, type ImportAnswers } from '../../src/cli/importQuestions.js';
import { MamoriError } from '../../src/errors.js';
import type { OpenQuestions } from '../../src/training/index.js';
import { mamori } from '../mamori.js';
import { refusal } from '../refusal.js';
import { classifier } from '../training/import/smallClassifiers.js';

const SAID: ImportAnswers = {
  out: 'bundle',
  modelVersion: '1.0.0',
  negative: 'not-malignant',
  positive: 'malignant',
  dataDescription: 'not stated',
  licence: 'not stated',
  attribution: 'Not stated.',
  white: 1,
  explanation: 'auto',
  seed: 1,
  name: 'elsewhere',
  manufacturer: 'A hospital',
  purpose: 'For tests.',
  concept: 'cancer',
  deviation: [1],
};
const NOTHING_OPEN: OpenQuestions = { open: [], outputs: ['answer'], shape: '? x 3 x 16 x 12' };

/** A terminal on which these lines are typed, one for each question, and all that it showed. */
function terminalWith(...typed: string[]) {
  const from = Object.assign(new PassThrough(), { isTTY: true });
  const to = new PassThrough();
  const shown = { text: '' };
  to.on('data', (text: Buffer) => {
    shown.text += text.toString();
    if (text.toString().endsWith(': ')) from.write(`${typed.shift() ?? ''}\n`);
  });
  return { from, to, shown };
}

describe('what a network from elsewhere cannot say', () => {
  it('is named, all of it, where nobody can be asked', async () => {
    const leftOpen: OpenQuestions = { ...NOTHING_OPEN, open: ['layout', 'meaning', 'positiveIndex'] };
    const error = await refusal(
      askForMissing(SAID, () => leftOpen, new PassThrough(), new PassThrough()),
      MamoriError,
    );
    expect(error.code).to.equal('usage-import');
    expect(error.message).to.equal('the file cannot say: --layout, --meaning, --mean, --limit');
  });

  it('is asked for on a terminal, again where the answer is none', async () => {
    const { from, to, shown } = terminalWith(
      'a half',
      '0.5,0.4,0.3',
      '0.02',
      'sideways',
      'canonical',
      '',
      'Knows nothing.',
    );
    const answers = await askForMissing(SAID, () => NOTHING_OPEN, from, to);
    expect(answers.limit).to.deep.equal(['Knows nothing.']);
    expect(answers.mean).to.deep.equal([0.5, 0.4, 0.3]);
    expect(answers).to.include({ crop: 0.02, orient: 'canonical', clahe: undefined });
    expect(shown.text).to.include('What it cannot do').and.include('numbers with commas');
    expect(shown.text).to.include('one of none, chest-wall-left, canonical is needed');
    expect(shown.text).not.to.include('Who answers');
  });

  it('is asked for as far as the file leaves it open, each answer deciding what follows', async () => {
    const said = { ...SAID, mean: [0], limit: ['None.'], crop: 0.02 };
    const { from, to, shown } = terminalWith('second', 'nhwc', '512', 'sigmoid', '0');
    const answers = await askForMissing(
      said,
      ({ output, layout }) => ({
        open: [
          ...(output === undefined ? (['output'] as const) : (['meaning', 'positiveIndex'] as const)),
          ...(layout === undefined ? (['layout'] as const) : (['rows'] as const)),
        ],
        outputs: ['first', 'second'],
        shape: '? x ? x 3 x 3',
      }),
      from,
      to,
    );
    expect(answers).to.include({
      output: 'second',
      layout: 'NHWC',
      rows: 512,
      meaning: 'sigmoid',
      positiveIndex: '0',
    });
    expect(shown.text).to.include('(first, second)').and.include('? x ? x 3 x 3');
    expect(shown.text).not.to.include('CLAHE');
  });
});

describe('the procedure on the card of an imported network', () => {
  it('is the whole command, with what was answered and without paths', () => {
    const answers: CompleteAnswers = {
      ...SAID,
      ...{ mean: [0.5, 0.4], limit: ["Knows one maker's images.", 'And no film.'], crop: 0.02 },
      ...{ calibrate: '/somewhere/of/ours', labels: '/somewhere/labels.csv', positiveIndex: '0' },
    } as CompleteAnswers;
    expect(importProcedure('/home/me/net work.onnx', answers)).to.equal(
      "mamori model import 'net work.onnx' --out BUNDLE --name elsewhere --model-version 1.0.0 " +
        "--manufacturer 'A hospital' --purpose 'For tests.' --limit 'Knows one maker'\\''s images.' 'And no film.' " +
        "--concept cancer --negative not-malignant --positive malignant --data-description 'not stated' " +
        "--licence 'not stated' --attribution 'Not stated.' --white 1 --mean 0.5,0.4 --deviation 1 --crop 0.02 " +
        '--positive-index 0 --explanation auto --calibrate ours --labels labels.csv --seed 1',
    );
  });
});

describe('mamori model import', () => {
  const said = [
    '--name',
    'n',
    '--manufacturer',
    'm',
    '--purpose',
    'p',
    '--limit',
    'l',
    '--concept',
    'cancer',
  ];
  const scaled = ['--mean', '0.5', '--deviation', '0.25'];

  it('writes the whole command into the card', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mamori-import-'));
    await writeFile(join(folder, 'given.onnx'), classifier());
    const out = join(folder, 'bundle');
    const { code, err } = await mamori(
      'model',
      'import',
      join(folder, 'given.onnx'),
      '--out',
      out,
      ...said,
      ...scaled,
    );
    expect(code, err).to.equal(0);
    const { training } = JSON.parse(await readFile(join(out, 'bundle.json'), 'utf8'));
    expect(training.procedure).to.match(
      /^mamori model import given.onnx --out BUNDLE --name n .*--mean 0.5 /,
    );
    expect(await readFile(join(out, 'MODEL_CARD.md'), 'utf8')).to.include(training.procedure);
  });

  for (const [what, text, problem] of [
    ['that is no JSON', '{"before": [', 'is not JSON'],
    ['with a step that there is not', '{"before": [{"step": "sharpen"}]}', 'before.0.step'],
    ['with another key', '{"steps": []}', 'steps'],
  ] as const)
    it(`names a file of preparation steps ${what}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'mamori-import-'));
      const [onnx, steps] = [join(folder, 'given.onnx'), join(folder, 'steps.json')];
      await writeFile(onnx, classifier());
      await writeFile(steps, text);
      const out = join(folder, 'bundle');
      const given = [
        'model',
        'import',
        onnx,
        '--out',
        out,
        ...said,
        ...scaled,
        '--preparation',
        steps,
        '--json',
      ];
      const { code, out: told } = await mamori(...given);
      expect(code).to.equal(2);
      expect(JSON.parse(told).error.code).to.equal('usage-preparation');
      expect(JSON.parse(told).error.message).to.include('steps.json').and.include(problem);
    });
});
