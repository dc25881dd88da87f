import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ModelProto } from '../../../src/model/index.js';
import { readOpenQuestions } from '../../../src/training/import/index.js';
import { scratchFolder } from '../../scratch.js';
import { classifier, pooled } from './smallClassifiers.js';

type Options = NonNullable<Parameters<typeof classifier>[1]>;

async function openOf(given: Options = {}, said = {}, head = pooled(given.answers ?? 1)) {
  const path = join(scratchFolder('import'), 'given.onnx');
  await writeFile(path, classifier(head, given));
  return (await readOpenQuestions(path))(said);
}

const freed =
  (...axes: number[]) =>
  ({ graph }: ModelProto) => {
    for (const axis of axes) graph.input[0]!.type.tensorType.shape.dim[axis] = { dimParam: 'free' };
  };

describe('what a file leaves open', () => {
  it('is nothing where its shape and its last node show all', async () => {
    expect((await openOf()).open).to.deep.equal([]);
    expect((await openOf({ layout: 'NHWC', channels: 1 })).open).to.deep.equal([]);
  });

  it('is the layout where the shape does not show it, and then what is free in that layout', async () => {
    const given = { change: freed(1, 2, 3) };
    expect(await openOf(given)).to.deep.include({ open: ['layout'], shape: '? x ? x ? x ?' });
    expect((await openOf(given, { layout: 'NCHW' })).open).to.deep.equal(['channels', 'rows', 'columns']);
    expect((await openOf({ change: freed(2) })).open).to.deep.equal(['rows']);
  });

  it('is which output answers, where there are several, and then what that answer is', async () => {
    const two = {
      change: ({ graph }: ModelProto) => graph.output.push({ ...graph.output[0]!, name: 'last_relu' }),
    };
    expect(await openOf(two)).to.deep.include({ open: ['output'], outputs: ['answer', 'last_relu'] });
    expect((await openOf(two, { output: 'answer' })).open).to.deep.equal([]);
    expect((await openOf(two, { output: 'last_relu' })).open).to.deep.equal(['meaning']);
  });

  it('is which of two numbers speaks of the positive class', async () => {
    expect((await openOf({ answers: 2 })).open).to.deep.equal(['positiveIndex']);
  });
});
