import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { askForMissing, type ImportAnswers } from '../../src/cli/importQuestions.js';
import { MamoriError } from '../../src/errors.js';
import { refusal } from '../refusal.js';

const SAID: ImportAnswers = {
  out: 'bundle',
  modelVersion: '1.0.0',
  negative: 'not-malignant',
  positive: 'malignant',
  dataDescription: 'not stated',
  licence: 'not stated',
  attribution: 'Not stated.',
  white: 1,
  positiveIndex: '1',
  explanation: 'auto',
  seed: 1,
  name: 'elsewhere',
  manufacturer: 'A hospital',
  purpose: 'For tests.',
  concept: 'cancer',
  deviation: [1],
};

describe('what a network from elsewhere cannot say', () => {
  it('is named, all of it, where nobody can be asked', async () => {
    const error = await refusal(askForMissing(SAID, new PassThrough(), new PassThrough()), MamoriError);
    expect(error.code).to.equal('usage-import');
    expect(error.message).to.include('--limit, --mean').and.not.include('--name');
  });

  it('is asked for on a terminal, again where the answer is none', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    const shown = new PassThrough();
    let asked = '';
    const typed = ['Knows nothing.', 'a half', '0.5,0.4,0.3'];
    shown.on('data', (text: Buffer) => {
      asked += text.toString();
      if (text.toString().endsWith(': ')) terminal.write(`${typed.shift()}\n`);
    });
    const answers = await askForMissing(SAID, terminal, shown);
    expect(answers.limit).to.deep.equal(['Knows nothing.']);
    expect(answers.mean).to.deep.equal([0.5, 0.4, 0.3]);
    expect(asked).to.include('What it cannot do').and.include('Numbers with commas');
    expect(asked).not.to.include('Who answers');
  });
});
