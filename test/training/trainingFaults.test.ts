import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadBundle } from '../../src/model/index.js';
import { anyTensorflow } from '../../src/model/tensorflowRuntime.js';
import { warnOfSlowBackend } from '../../src/training/fitting/slowBackend.js';
import { paperNetwork } from '../../src/training/networks/paper.js';
import { type TrainingOptions, train } from '../../src/training/training.js';
import { scratchFolder } from '../model/bundles.js';
import { needsNativeTensorflow } from '../parts.js';
import { refusal } from './refusal.js';
import { addSmallNetwork, removeSmallNetwork, SILENT, spots } from './spots.js';

const PROCESS = fileURLToPath(new URL('./trainingProcess.js', import.meta.url));

function inProcess(options: TrainingOptions, backend = '', env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROCESS, JSON.stringify(options), backend],
      { env: { ...process.env, ...env } },
      (_, out, err) => resolve(out + err),
    );
  });
}

/** Everything beside the images that a training could have left. */
async function leftBy({ images }: TrainingOptions): Promise<string[]> {
  return (await readdir(images)).filter((name) => name.includes('bundle')).sort();
}

describe('a training that cannot be', function () {
  this.timeout(60_000);
  let options: TrainingOptions;
  beforeEach(async () => {
    addSmallNetwork();
    options = { ...(await spots()), epochs: 2 };
  });
  afterEach(async () => {
    removeSmallNetwork();
    await rm(options.images, { recursive: true, force: true });
  });

  /** The error, after which there must be nothing and nothing must have been fitted. */
  async function refused(
    changes: Partial<TrainingOptions> = {},
  ): Promise<{ code: string; message: string; remedy?: string | undefined }> {
    let fitted = 0;
    const error = await refusal(train({ ...options, ...changes }, { ...SILENT, epoch: () => fitted++ }));
    expect(fitted, 'nothing is fitted first').to.equal(0);
    expect(error.remedy).to.be.a('string');
    expect(await leftBy(options)).to.deep.equal([]);
    return error;
  }

  async function labels(text: (given: string[]) => string[]): Promise<void> {
    const lines = (await readFile(options.labels, 'utf8')).split('\n');
    await writeFile(options.labels, text(lines).join('\n'));
  }

  it('names an image on two lines: it could stand on both sides of the split', async () => {
    await labels((lines) => [...lines, '3.png,benign,another']);
    const error = await refused();
    expect(error.code).to.equal('labels-malformed');
    expect(error.message).to.include('3.png on two lines');
  });

  it('names a column that stands twice, and separators that no spreadsheet writes', async () => {
    await labels(([, ...lines]) => ['file,label,case,case', ...lines.map((line) => `${line},x`)]);
    expect((await refused()).message).to.include('case stands twice');
    await labels(() => ['file|label|case', '1.png|benign|1']);
    const error = await refused();
    expect(error.code).to.equal('labels-malformed');
    expect(error.remedy).to.include('commas');
  });

  it('takes the byte order mark that Excel writes', async () => {
    await labels(([header, ...lines]) => [`\ufeff${header}`, ...lines]);
    await train({ ...options, epochs: 1 }, SILENT);
    expect(await leftBy(options)).to.deep.equal(['bundle']);
  });

  it('names the class that a part would lack', async () => {
    await labels((lines) => lines.filter((line, index) => index < 3 || line.includes('benign')));
    const error = await refused();
    expect(error.code).to.equal('labels-class-empty');
    expect(error.message).to.match(/none of the malignant ones fell to the (validation|test) part/);
  });

  it('names texts that a bundle cannot hold, before it fits for hours', async () => {
    const error = await refused({ name: 'Brüste' });
    expect(error.code).to.equal('bundle-malformed');
    expect(error.message).to.include('name').and.include('ASCII');
    expect((await refused({ limits: ['Nur für Versuche'] })).message).to.include('limits');
    await labels((lines) => lines.map((line) => line.replace('benign', 'gutmütig')));
    expect((await refused()).message).to.include('classes');
  });

  it('names the layer that the network does not have, or that cannot be exported', async () => {
    addSmallNetwork({ targetLayer: 'conv_99' });
    const error = await refused();
    expect(error.code).to.equal('export-no-target-layer');
    expect(error.message).to.include('conv_99');
    expect(error.remedy).to.include('conv_last');
    addSmallNetwork({
      build: (tf) => {
        const start = tf.input({ shape: [16, 16, 1] });
        const features = tf.layers.conv2d({ name: 'conv_last', filters: 2, kernelSize: 3 }).apply(start);
        const padded = tf.layers.zeroPadding2d({}).apply(features);
        const pooled = tf.layers.globalMaxPooling2d({}).apply(padded);
        const score = tf.layers.dense({ name: 'score', units: 1 }).apply(pooled);
        return tf.model({ inputs: start, outputs: score as never });
      },
    });
    expect((await refused()).code).to.equal('export-unsupported-layer');
  });

  it('names an image that turns out to be none', async () => {
    await writeFile(join(options.images, '7.png'), 'no picture');
    const error = await refused();
    expect(error.code).to.equal('labels-image-unreadable');
    expect(error.message).to.include('7.png');
  });

  it('names an image that is not there, or cannot be opened', async () => {
    await rm(join(options.images, '9.png'));
    expect((await refused()).code).to.equal('labels-image-missing');
    await mkdir(join(options.images, '9.png'));
    const error = await refused();
    expect(error.code).to.equal('labels-image-missing');
    expect(error.message).to.include('9.png');
  });

  it('names a place where nothing can be written', async () => {
    await writeFile(join(options.images, 'file'), '');
    expect((await refused({ out: join(options.images, 'file', 'model') })).code).to.equal(
      'bundle-place-taken',
    );
  });

  it('names a place that takes no folder at all', async function () {
    if (!existsSync('/proc')) this.skip();
    expect((await refused({ out: '/proc/models/mine' })).code).to.equal('bundle-place-taken');
  });

  it('ends at the step where the loss is not a number any more, and leaves nothing', async () => {
    const error = await refusal(train({ ...options, learningRate: 1e30 }, SILENT));
    expect(error.code).to.equal('training-diverged');
    expect(error.message).to.match(/epoch 1, step \d/);
    expect(error.remedy).to.include('--learning-rate');
    expect(await leftBy(options)).to.deep.equal([]);
  });

  it('ends where the weights became no numbers in the last step of an epoch', async () => {
    // One step for the whole epoch: its loss is that of the first weights, and finite.
    const error = await refusal(train({ ...options, batchSize: 60, learningRate: 1e38, epochs: 1 }, SILENT));
    expect(error.code).to.equal('training-diverged');
    expect(error.message).to.include('answers');
    expect(await leftBy(options)).to.deep.equal([]);
  });

  it('ends where weights are not numbers from the start', async () => {
    addSmallNetwork({
      build: (tf, input) => {
        const model = paperNetwork(tf, input, { filters: [4, 4], hidden: 4, dropout: 0, seed: 1 });
        const [kernel, ...rest] = model.getWeights();
        model.setWeights([tf.fill(kernel!.shape, Number.NaN), ...rest]);
        return model;
      },
    });
    expect((await refused()).code).to.equal('model-not-finite');
  });

  it('does not begin again over the checkpoint of a training that stopped', async () => {
    const stop = new Error('ended here');
    const stopping = {
      ...SILENT,
      epoch: () => {
        throw stop;
      },
    };
    const ended = await train(options, stopping).catch((error: unknown) => error);
    expect(ended).to.equal(stop);
    expect(await leftBy(options)).to.deep.equal(['bundle.partial']);
    const error = await refusal(train(options, SILENT));
    expect(error.code).to.equal('checkpoint-in-the-way');
    expect(error.remedy).to.include('--resume');
    expect((await refusal(train({ ...options, seed: 2, resume: true }, SILENT))).code).to.equal(
      'checkpoint-other-training',
    );
    // Weights that were chosen on other truths are not resumed from: they would say the opposite.
    const exchanged = { ...options, positive: 'benign', resume: true };
    expect((await refusal(train(exchanged, SILENT))).code).to.equal('checkpoint-other-training');
    const truths = await readFile(options.labels, 'utf8');
    const corrected = truths.replace(',malignant,', ',benign,');
    expect(corrected).to.not.equal(truths);
    await writeFile(options.labels, corrected);
    const other = await refusal(train({ ...options, resume: true }, SILENT));
    expect(other.code).to.equal('checkpoint-other-training');
    expect(other.remedy).to.include('labels').and.include('delete');
    await writeFile(options.labels, truths);
    // The network by that name is another one now.
    addSmallNetwork({
      build: (tf, input) => paperNetwork(tf, input, { filters: [4, 4], hidden: 8, dropout: 0, seed: 1 }),
    });
    const larger = await refusal(train({ ...options, resume: true }, SILENT));
    expect(larger.code).to.equal('checkpoint-other-training');
    expect(larger.message).to.match(/\d+ weights in place of \d+/);
    addSmallNetwork();
    await train({ ...options, resume: true }, SILENT);
    expect(await leftBy(options)).to.deep.equal(['bundle']);
  });
});

describe('a training that goes on', function () {
  this.timeout(120_000);

  it('writes its learning curve after each epoch, and keeps it in the bundle', async () => {
    addSmallNetwork();
    const options = { ...(await spots()), epochs: 3 };
    const seen: Promise<string>[] = [];
    await train(options, {
      ...SILENT,
      epoch: () => seen.push(readFile(join(`${options.out}.partial`, 'learning-curve.csv'), 'utf8')),
    });
    removeSmallNetwork();
    // Read while it went on: each is at least as long as its epoch, and whole.
    const header = 'epoch,learning_rate,training_loss,validation_loss,validation_auc,seconds';
    const line = /^\d+,[\d.e-]+,\d+\.\d{4},\d+\.\d{4},[01]\.\d{4},\d+$/;
    for (const [index, curve] of (await Promise.all(seen)).entries()) {
      const [first, ...lines] = curve.trimEnd().split('\n');
      expect(first).to.equal(header);
      expect(lines.length).to.be.at.least(index + 1);
      for (const one of lines) expect(one).to.match(line);
    }
    const kept = (await readFile(join(options.out, 'learning-curve.csv'), 'utf8')).trimEnd().split('\n');
    expect(kept).to.have.length(4);
    expect((await loadBundle(options.out)).files).to.have.property('learning-curve.csv');
  });

  it('is killed at any time, leaves no bundle, and goes on to the end', async () => {
    const options = { ...(await spots()), epochs: 400, minutes: 10, patience: 400 };
    const child = spawn(process.execPath, [PROCESS, JSON.stringify(options)]);
    let told = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text: Buffer) => {
        told += text.toString();
        if (told.includes('epoch 3\n')) child.kill('SIGKILL');
      });
      child.on('close', () => resolve());
    });
    expect(told).to.not.include('whole');
    expect(await leftBy(options)).to.deep.equal(['bundle.partial']);
    const curve = await readFile(join(`${options.out}.partial`, 'learning-curve.csv'), 'utf8');
    const reached = curve.trimEnd().split('\n').length - 1;
    expect(reached).to.be.at.least(3);
    // Its patience is at an end when it goes on: the bundle is written. Its time stays, since JavaScript alone refuses
    // to begin what it cannot end.
    const rest = await inProcess({ ...options, resume: true, patience: 0 });
    expect(rest).to.include(`going on after epoch`).and.include('whole');
    expect(await leftBy(options)).to.deep.equal(['bundle']);
    expect((await loadBundle(options.out)).training!.seed).to.equal(1);
  });
});

describe('a training without native TensorFlow', function () {
  this.timeout(120_000);

  it('says before it begins how slow it will be, and what to install, on a closed network too', async () => {
    const told = await inProcess({ ...(await spots()), epochs: 1 }, 'javascript');
    const before = told.slice(0, told.indexOf('preparing'));
    expect(before).to.match(
      /There is only TensorFlow\.js [\d.]+ in JavaScript: about \d+ \w+ for each epoch, \d+ \w+ for 1\./,
    );
    expect(before)
      .to.include('npm install --no-save @tensorflow/tfjs-node')
      .and.include('tfjs-node-gpu')
      .and.include('node scripts/installTensorflow.mjs');
    expect(told).to.include('epoch 1\n').and.include('whole');
  });

  it('leaves the network as it is when it tries how slow it is', async () => {
    const runtime = await anyTensorflow();
    const { tf } = runtime;
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [2, 2, 1] }),
        tf.layers.batchNormalization(),
        tf.layers.dense({ name: 'score', units: 1 }),
      ],
    });
    const weights = () => model.getWeights().flatMap((weight) => [...weight.dataSync()]);
    const before = weights();
    const said: string[] = [];
    const time = { epochs: 1, minutes: 10 };
    warnOfSlowBackend({ ...runtime, kind: 'plain' }, model, 1, time, (line) => said.push(line));
    expect(said).to.have.length(1);
    expect(weights()).to.deep.equal(before);
  });

  it('does not begin what ends in no time that it has', async () => {
    const options = { ...(await spots()), minutes: 1e-4 };
    const told = await inProcess(options, 'javascript');
    expect(told).to.match(/^training-backend: .*No epoch ends within --minutes/m);
    expect(told).to.include('installTensorflow.mjs').and.not.include('epoch 1\n');
    expect(await leftBy(options)).to.deep.equal([]);
  });

  it('says so where native TensorFlow is installed and does not load', async () => {
    const modules = await scratchFolder();
    const broken = join(modules, '@tensorflow', 'tfjs-node-gpu');
    await mkdir(broken, { recursive: true });
    await writeFile(
      join(broken, 'index.js'),
      "throw new Error('libtensorflow.so.2: cannot open shared object');",
    );
    const told = await inProcess(await spots(), '', { NODE_PATH: modules });
    expect(told).to.match(
      /^training-backend: native TensorFlow is installed and cannot be loaded: libtensorflow/m,
    );
    expect(told).to.include('installTensorflow.mjs');
  });

  it('says nothing of it where it is native', async function () {
    needsNativeTensorflow(this);
    addSmallNetwork();
    const stages: string[] = [];
    await train({ ...(await spots()), epochs: 1 }, { ...SILENT, stage: (what) => stages.push(what) });
    removeSmallNetwork();
    expect(stages.join()).to.not.include('install');
  });
});
