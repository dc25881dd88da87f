import { expect } from 'chai';
import {
  readPart10,
  registerPatientAndStudy,
  type SourceInstance,
  type StandardView,
  sopClass,
  standardView,
  transferSyntax,
} from '../../src/dicom/index.js';
import {
  declineExam,
  type ExamInstance,
  type ExamOutcome,
  InstanceUnavailable,
  processExam,
  type Workbench,
} from '../../src/exam/index.js';
import { notExcluded, probabilityName } from '../../src/findings/index.js';
import { type Bundle, type Engine, KnownFeatures, placeSummary } from '../../src/model/index.js';
import { type MadeInstance, makeExam, makeInstance } from '../../src/phantom/index.js';
import type { Caption, OverlayInput } from '../../src/pictures/index.js';
import { reportedAnswer } from '../../src/sr/index.js';
import { smallBundle } from '../model/bundles.js';
import { lookingAt, type OpenBench, openBench } from './openBench.js';

const SMALL = { seed: 'exam', rows: 320, columns: 256 };
const context = { createdAt: new Date(2026, 2, 2, 10, 30), predecessors: [] };

function given(made: MadeInstance, fetch?: ExamInstance['fetch']): ExamInstance {
  const { studyInstanceUID, seriesInstanceUID, sopInstanceUID, sopClassUID } = made;
  return {
    studyInstanceUID,
    seriesInstanceUID,
    sopInstanceUID,
    sopClassUID,
    // The pool takes the buffer away, so every fetch needs one of its own.
    fetch: fetch ?? (async () => Uint8Array.from(made.bytes)),
  };
}

const kinds = (outcome: ExamOutcome) => outcome.objects.map(({ kind }) => kind);
const names = (outcome: ExamOutcome) => outcome.objects.map(({ sopInstanceUID }) => sopInstanceUID);

describe('processing an exam', () => {
  let bench: OpenBench;
  const exam = makeExam(SMALL);

  before(async () => {
    bench = await openBench(await smallBundle());
  });

  after(() => bench.close());

  const process = (instances: ExamInstance[], changed: Partial<Workbench> = {}) =>
    processExam(instances, { ...bench, ...changed }, context);

  it('writes each configured report and one Secondary Capture per image, in the same study', async () => {
    const outcome = await process(exam.map((made) => given(made)));
    expect(outcome.status).to.equal('analysed');
    expect(kinds(outcome)).to.deep.equal([
      'tid1500',
      'mammography-cad',
      ...Array(4).fill('secondary-capture'),
    ]);
    for (const object of outcome.objects) {
      const { dataset } = readPart10(object.bytes);
      expect(dataset.string('StudyInstanceUID')).to.equal(exam[0]!.studyInstanceUID);
      expect(dataset.string('SeriesInstanceUID')).to.equal(object.seriesInstanceUID);
      expect(dataset.string('SOPInstanceUID')).to.equal(object.sopInstanceUID);
      expect(dataset.string('SOPClassUID')).to.equal(object.sopClassUID);
      expect(dataset.string('PatientID')).to.equal(readPart10(exam[0]!.bytes).dataset.string('PatientID'));
    }
  });

  it('gives each picture a series of its own, numbered behind the mammograms whatever their numbers are', async () => {
    const numbered = async (SeriesNumber: number) => {
      const instances = makeExam({ ...SMALL, seed: `series ${SeriesNumber}`, override: { SeriesNumber } });
      const { objects } = await process(instances.map((made) => given(made)));
      const pictures = objects.filter(({ kind }) => kind === 'secondary-capture');
      expect(new Set(pictures.map(({ seriesInstanceUID }) => seriesInstanceUID)).size).to.equal(4);
      return pictures.map(({ bytes }) => readPart10(bytes).dataset.number('SeriesNumber'));
    };
    expect(await numbered(1)).to.deep.equal([9803, 9804, 9805, 9806]);
    expect(await numbered(73_400_000)).to.deep.equal([73_400_001, 73_400_002, 73_400_003, 73_400_004]);
    expect(await numbered(2 ** 31 - 1)).to.deep.equal([9803, 9804, 9805, 9806]);
  });

  it('gives no two of its series one number, whatever the mammograms have and however many they are', async () => {
    const settings = {
      ...bench.settings,
      presentationState: 'all' as const,
      overview: 'on' as const,
    };
    const numbers = async (instances: MadeInstance[]) => {
      const { objects } = await process(
        instances.map((made) => given(made)),
        { settings },
      );
      expect(objects.some(({ kind }) => kind === 'overview')).to.equal(true);
      return objects.map(({ bytes }) => readPart10(bytes).dataset.number('SeriesNumber')!);
    };
    for (const SeriesNumber of [1, 9802, 9848, 9890, 13_223, 2 ** 31 - 1]) {
      const all = await numbers(
        makeExam({ ...SMALL, seed: `of ${SeriesNumber}`, override: { SeriesNumber } }),
      );
      expect(all).to.have.length(11);
      expect(new Set(all).size, `${SeriesNumber}: ${all}`).to.equal(all.length);
      expect(all.every((number) => number < 2 ** 31)).to.equal(true);
    }
    const many = Array.from({ length: 50 }, (_, i) =>
      makeInstance({ ...SMALL, seed: 'many', instanceNumber: i + 1 }),
    );
    const all = await numbers(many);
    expect(new Set(all).size).to.equal(2 + 2 * many.length + 1);
  });

  it('shows the four views in one picture where that is asked for, and says which is not in the study', async () => {
    const overview = async (views?: StandardView[]) => {
      const instances = makeExam({ ...SMALL, seed: 'overview', ...(views && { views }) });
      const outcome = await processExam(
        instances.map((made) => given(made)),
        { ...bench, settings: { ...bench.settings, secondaryCapture: 'off', overview: 'on' } },
        { ...context, previews: true },
      );
      const found = outcome.objects.filter(({ kind }) => kind === 'overview');
      expect(found).to.have.length(1);
      expect(outcome.previews.map(({ name }) => name)).to.deep.equal(['overview']);
      return { ...found[0]!, dataset: readPart10(found[0]!.bytes).dataset };
    };
    const whole = await overview();
    expect(whole.dataset.items('SourceImageSequence')).to.have.length(4);
    expect(whole.dataset.string('Modality')).to.equal('OT');
    expect(whole.dataset.string('SeriesDescription')).to.equal(
      'AI overview of the exam; not for primary diagnosis',
    );
    expect(whole.dataset.code('ViewCodeSequence')?.meaning).to.equal('Not applicable');
    const part = await overview(['RCC', 'LCC', 'LMLO']);
    expect(part.dataset.items('SourceImageSequence')).to.have.length(3);
    expect(part.dataset.has('ViewCodeSequence')).to.equal(false);
  });

  it('tells pictures of several images of a view apart, and names those that the overview passes over', async () => {
    const again = makeInstance({ ...SMALL, view: 'CC', laterality: 'R', instanceNumber: 9 });
    const captions: Caption[] = [];
    const watched =
      (name: 'capture' | 'render') =>
      (overlay: OverlayInput, ...rest: unknown[]) => {
        captions.push(overlay.caption);
        return (bench.overlays[name] as (...all: unknown[]) => unknown)(overlay, ...rest);
      };
    const overlays = { ...bench.overlays, capture: watched('capture'), render: watched('render') } as never;
    const { objects } = await process(
      [...exam, again].map((made) => given(made)),
      {
        overlays,
        bundle: { ...bench.bundle, operatingPoint: 0 },
        settings: { ...bench.settings, presentationState: 'all', overview: 'on' },
      },
    );
    const titles = objects.map(({ bytes }) => readPart10(bytes).dataset.string('SeriesDescription')!);
    for (const title of ['AI map R craniocaudal', 'AI marks R craniocaudal'])
      expect(
        titles
          .filter((other) => other.startsWith(title))
          .map((other) => other.split(';')[0])
          .sort(),
      ).to.deep.equal([`${title} 1`, `${title} 2`]);
    const numbered = captions.filter(({ which }) => which !== undefined);
    expect(
      numbered
        .map(({ which }) => which)
        .slice(0, 2)
        .sort(),
    ).to.deep.equal([1, 2]);
    for (const { which, notes } of numbered)
      expect(notes![0]).to.match(new RegExp(`^\\(${which}\\): series \\d+, image \\d+`));
    const told = captions.flatMap(({ notes }) => notes ?? []).filter((note) => note.startsWith('not shown'));
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^not shown here: R CC \([12]\), \d+ %$/);
  });

  it("answers for a breast by the latest day's images, and says of an earlier one that it does not count", async () => {
    const old = makeInstance({
      ...SMALL,
      view: 'CC',
      laterality: 'R',
      override: { AcquisitionDate: '20200101', SOPInstanceUID: '2.25.4711' },
    });
    const captions: Caption[] = [];
    const overlays = {
      capture: bench.overlays.capture.bind(bench.overlays),
      render: (input: OverlayInput) => {
        captions.push(input.caption);
        return bench.overlays.render(input);
      },
    } as never;
    const settings = { ...bench.settings, overview: 'on' as const };
    const [alone, both] = [
      await process(exam.map((made) => given(made))),
      await process(
        [old, ...exam].map((made) => given(made)),
        { overlays, settings },
      ),
    ];
    if (alone.findings === undefined || both.findings === undefined) throw new Error('no findings');
    expect(both.findings.breasts.map(({ probability }) => probability)).to.deep.equal(
      alone.findings.breasts.map(({ probability }) => probability),
    );
    expect(both.findings.breasts[0]!.earlier.map(({ source }) => source.sopInstanceUID)).to.deep.equal([
      old.sopInstanceUID,
    ]);
    expect(reportedAnswer(both.objects[0]!.bytes)!.summary).to.match(
      /Images of several days: .*R CC \(1\) of 2020-01-01\./,
    );
    // The overview shows the newer one, whichever has the higher answer.
    const shown = captions.find(({ laterality, view }) => laterality === 'R' && view === 'CC')!;
    expect(shown.which).to.equal(2);
    expect(shown.notes!.join()).to.match(/not shown here: R CC \(1\)/);
  });

  it('marks on each positive image what the report outlines, or says on every image that nothing is', async () => {
    const marks = async (presentationState: 'positive' | 'all', operatingPoint: number) => {
      const outcome = await process(
        exam.map((made) => given(made)),
        {
          bundle: { ...bench.bundle, operatingPoint },
          settings: { ...bench.settings, presentationState },
          engine: lookingAt(bench.engine, 0.5, 0.5),
        },
      );
      return { outcome, states: outcome.objects.filter(({ kind }) => kind === 'presentation-state') };
    };
    const { outcome, states } = await marks('positive', 0);
    expect(states).to.have.length(4);
    expect(states.map(({ name }) => name)).to.include('LCC-1-marks');
    const images = outcome.findings!.breasts.flatMap((breast) => breast.images);
    for (const { bytes } of states) {
      const { dataset } = readPart10(bytes);
      const [annotation] = dataset.items('GraphicAnnotationSequence');
      const image = annotation!.items('ReferencedImageSequence')[0]!.string('ReferencedSOPInstanceUID');
      const { region } = images.find(({ source }) => source.sopInstanceUID === image)!;
      const drawn = annotation!.items('GraphicObjectSequence')[0]!.numbers('GraphicData');
      const closed = [...region!.outline, region!.outline[0]!];
      expect(drawn).to.deep.equal(closed.flatMap(({ x, y }) => [Math.fround(x), Math.fround(y)]));
    }
    expect((await marks('positive', 1)).states).to.deep.equal([]);
    expect((await marks('all', 1)).states).to.have.length(4);
  });

  it('marks a positive image without a place as positive in words: bare it would read as negative', async () => {
    const { objects, findings } = await process(
      exam.map((made) => given(made)),
      {
        bundle: { ...bench.bundle, operatingPoint: 0 },
        settings: { ...bench.settings, presentationState: 'positive' },
        engine: lookingAt(bench.engine, 0, 0),
      },
    );
    const images = findings!.breasts.flatMap((breast) => breast.images);
    expect(images.filter(({ region }) => region === undefined)).to.have.length(3);
    const texts = objects
      .filter(({ kind }) => kind === 'presentation-state')
      .flatMap(({ bytes }) => readPart10(bytes).dataset.items('GraphicAnnotationSequence'))
      .map((annotation) => annotation.items('TextObjectSequence')[0]!.string('UnformattedTextValue'));
    expect(texts).to.have.length(4);
    expect(texts.filter((text) => text!.startsWith('AI: positive, no place marked'))).to.have.length(3);
  });

  it('marks no place off the breast or in an empty corner: report, picture and mark say why', async () => {
    const at = async (x: number, y: number) => {
      const captions: string[] = [];
      const overlays = {
        ...bench.overlays,
        capture: (overlay, ...rest) => {
          captions.push(overlay.caption.notes?.join(' ') ?? '');
          return bench.overlays.capture(overlay, ...rest);
        },
      } as typeof bench.overlays;
      const outcome = await process(
        exam.map((made) => given(made)),
        {
          overlays,
          bundle: { ...bench.bundle, operatingPoint: 0 },
          settings: { ...bench.settings, presentationState: 'all' },
          engine: lookingAt(bench.engine, x, y),
        },
      );
      const images = outcome.findings!.breasts.flatMap((breast) => breast.images);
      const texts = outcome.objects
        .filter(
          ({ kind }) => kind === 'tid1500' || kind === 'mammography-cad' || kind === 'presentation-state',
        )
        .map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
      return { images, texts, captions };
    };
    // In a corner there is no breast, but for an MLO view's at the chest wall: marked, with what is said of the border.
    const corner = await at(0, 0);
    const elsewhere = /attention lies (outside the breast|in an empty corner of the image): not marked/i;
    const border = /marked place touches the image border/i;
    const views = (images: typeof corner.images) => images.map(({ source }) => standardView(source));
    expect(corner.captions).to.have.length(4);
    expect(corner.captions.filter((caption) => elsewhere.test(caption))).to.have.length(3);
    expect(corner.captions.filter((caption) => border.test(caption))).to.have.length(1);
    expect(views(corner.images.filter(({ region }) => region !== undefined))).to.deep.equal(['LMLO']);
    expect(views(corner.images.filter(({ attention }) => attention === 'image-border'))).to.deep.equal([
      'LMLO',
    ]);
    const [mark, ...others] = corner.texts.filter((text) => !elsewhere.test(text));
    expect(others).to.deep.equal([]);
    expect(mark).to.match(border);
    const middle = await at(0.5, 0.5);
    for (const { region, attention } of middle.images) {
      expect(attention).to.equal('breast');
      expect(region).to.not.equal(undefined);
    }
    for (const text of [...middle.texts, ...middle.captions]) expect(text).to.not.match(elsewhere);
  });

  it("has the bundle's caution in every summary and under every picture", async () => {
    const caution = 'Numbers too high for whom we see here.';
    const captions: unknown[] = [];
    const overlays = {
      ...bench.overlays,
      capture: (overlay, ...rest) => {
        captions.push(overlay.caption.caution);
        return bench.overlays.capture(overlay, ...rest);
      },
    } as typeof bench.overlays;
    const { objects } = await process(
      exam.map((made) => given(made)),
      { overlays, bundle: { ...bench.bundle, caution } },
    );
    expect(captions).to.deep.equal(Array(4).fill(caution));
    for (const { bytes } of objects.filter(({ kind }) => kind === 'tid1500' || kind === 'mammography-cad'))
      expect(Buffer.from(bytes).toString('latin1')).to.include(caution);
  });

  it('calls its number what the bundle calls it, in every report', async () => {
    const probabilityOf = { value: 'm1', scheme: '99MAKER', meaning: 'Probability that a mass is malignant' };
    const { objects } = await process(
      exam.map((made) => given(made)),
      { bundle: { ...bench.bundle, classes: ['other', 'mass'], probabilityOf } },
    );
    const said = objects
      .filter(({ kind }) => kind !== 'secondary-capture')
      .map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
    for (const text of said) {
      expect(text).to.include('Probability that a mass is malignant ("mass"): exam');
      expect(text).not.to.match(/probability of cancer/i);
    }
  });

  it('says of a negative answer that it does not exclude what the bundle looks for, wherever it stands', async () => {
    const concepts: [Bundle['probabilityOf'], string][] = [
      [{ value: '111047', scheme: 'DCM', meaning: 'Probability of cancer' }, 'cancer'],
      [
        { value: 'mass-malignancy', scheme: '99MAMORI', meaning: 'Probability that a mass is malignant' },
        'malignancy',
      ],
      // The same value in another scheme is another concept.
      [{ value: '111047', scheme: '99MAKER', meaning: 'Probability of dense tissue' }, 'anything'],
      [undefined, 'anything'],
    ];
    for (const [probabilityOf, word] of concepts) {
      const captions: string[] = [];
      const overlays = {
        ...bench.overlays,
        capture: (overlay, ...rest) => {
          captions.push(overlay.caption.notExcluded);
          return bench.overlays.capture(overlay, ...rest);
        },
      } as typeof bench.overlays;
      const { objects } = await process(
        exam.map((made) => given(made)),
        {
          overlays,
          bundle: { ...bench.bundle, probabilityOf, operatingPoint: 1 },
          settings: { ...bench.settings, presentationState: 'all' },
        },
      );
      expect(captions).to.deep.equal(Array(4).fill(word));
      const texts = objects
        .filter(({ kind }) => kind !== 'secondary-capture')
        .map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
      expect(texts).to.have.length(6);
      for (const text of texts)
        expect([...text.matchAll(/does not exclude (\w+)/g)].map(([, what]) => what)).to.include(word);
    }
  });

  describe('with a bundle whose heat maps failed their checks', () => {
    const failed = () => ({
      ...bench.bundle,
      operatingPoint: 0,
      heatMaps: { passed: false, found: 'nothing' },
    });
    const reports = ({ objects }: ExamOutcome) =>
      objects
        .filter(({ kind }) => kind !== 'secondary-capture')
        .map(({ bytes }) => Buffer.from(bytes).toString('latin1'));

    it('draws none and marks nothing, and the reports say so', async () => {
      const outcome = await process(
        exam.map((made) => given(made)),
        { bundle: failed() },
      );
      expect(kinds(outcome)).to.deep.equal(['tid1500', 'mammography-cad']);
      expect(
        outcome.findings!.breasts.flatMap(({ images }) => images.map(({ region }) => region)),
      ).to.deep.equal(Array(4).fill(undefined));
      for (const text of reports(outcome)) expect(text).to.include('no place is drawn or marked');
    });

    it('says on each image itself that it is positive, and why no place is marked', async () => {
      const textsAt = async (operatingPoint: number) => {
        const { objects } = await process(
          exam.map((made) => given(made)),
          {
            bundle: { ...failed(), operatingPoint },
            settings: { ...bench.settings, presentationState: 'all' },
          },
        );
        return objects
          .filter(({ kind }) => kind === 'presentation-state')
          .flatMap(({ bytes }) => readPart10(bytes).dataset.items('GraphicAnnotationSequence'))
          .flatMap((annotation) => annotation.items('TextObjectSequence'))
          .map((text) => text.string('UnformattedTextValue'));
      };
      const why =
        "not for primary diagnosis. This model's heat maps failed their checks: no place is drawn or marked.";
      expect(await textsAt(0)).to.deep.equal(
        Array(4).fill(`AI: positive, no place marked; see the report; ${why}`),
      );
      expect(await textsAt(1)).to.deep.equal(
        Array(4).fill(`AI: nothing marked, which does not exclude anything; ${why}`),
      );
    });

    it('draws them where the settings insist, under other names and with the words', async () => {
      const withheld = await process(
        exam.map((made) => given(made)),
        { bundle: failed() },
      );
      const explain = { method: 'grad-cam' as const, failedHeatMaps: 'draw' as const };
      const outcome = await process(
        exam.map((made) => given(made)),
        { bundle: failed(), settings: { ...bench.settings, explain } },
      );
      expect(kinds(outcome).filter((kind) => kind === 'secondary-capture')).to.have.length(4);
      expect(names(outcome)).not.to.have.any.members(names(withheld));
      for (const text of reports(outcome)) expect(text).to.include('FAILED THEIR CHECKS');
    });
  });

  it('gives the same work the same names and bytes, in whatever order images arrive', async () => {
    const once = await process(exam.map((made) => given(made)));
    const again = await process([...exam].reverse().map((made) => given(made)));
    expect(names(again)).to.deep.equal(names(once));
    for (const [i, object] of once.objects.entries()) {
      expect(Buffer.compare(object.bytes, again.objects[i]!.bytes)).to.equal(0);
    }
  });

  it('gives other names to the work of another model version, other settings, or another set of images', async () => {
    const base = names(await process(exam.map((made) => given(made))));
    const others = [
      await process(
        exam.map((made) => given(made)),
        { bundle: { ...bench.bundle, version: '2.0.0' } },
      ),
      await process(
        exam.map((made) => given(made)),
        { settings: { ...bench.settings, explain: { method: 'integrated-grad-cam', steps: 4 } } },
      ),
      await process(exam.slice(1).map((made) => given(made))),
    ];
    for (const other of others) expect(names(other)).to.not.have.any.members(base);
  });

  it('names the view of an image that it leaves alone by its header, and where a viewer has it', async () => {
    const burned = makeInstance({
      ...SMALL,
      view: 'MLO',
      laterality: 'R',
      instanceNumber: 9,
      override: { BurnedInAnnotation: 'YES' },
    });
    const others = exam.filter(({ view }) => view !== 'RMLO');
    const outcome = await process([...others, burned].map((made) => given(made)));
    expect(outcome.status).to.equal('partly-analysed');
    const { summary, comments } = reportedAnswer(outcome.objects[0]!.bytes)!;
    expect(summary.split('\r\n')[1]).to.equal('PART OF THE EXAM: no answer about R MLO.');
    expect(summary).to.not.match(/R MLO not (in|recognised)/);
    expect(comments.join('\n')).to.match(/Not analysed: R MLO, series \d+, image 9\. Text that may identify/);
  });

  it('goes on without a broken image and says so', async () => {
    const truncated = makeInstance({ ...SMALL, kind: 'truncated' });
    const outcome = await process([...exam.slice(1), truncated].map((made) => given(made)));
    expect(outcome.status).to.equal('partly-analysed');
    expect(outcome.leftOut.map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal([
      truncated.sopInstanceUID,
    ]);
    expect(kinds(outcome).filter((kind) => kind === 'secondary-capture')).to.have.length(3);
  });

  it('says the same in short as its report, of a breast that got no answer, too', async () => {
    const left = exam.filter(({ view }) => view.startsWith('L'));
    const truncated = makeInstance({ ...SMALL, kind: 'truncated', laterality: 'R', view: 'CC' });
    const outcome = await process([...left, truncated].map((made) => given(made)));
    if (outcome.status === 'not-processed') throw new Error(outcome.reason);
    const { operatingPoint, breasts, ...words } = outcome.shortAnswer;
    expect(operatingPoint).to.equal(bench.bundle.operatingPoint);
    expect(words).to.deep.equal({
      probabilityName: probabilityName(bench.bundle),
      notExcluded: notExcluded(bench.bundle),
    });
    const [right, answered] = breasts;
    expect(right).to.include({ laterality: 'R', answered: false });
    expect(right).to.have.property('code', outcome.leftOut[0]!.code);
    if (!answered!.answered) throw new Error('no answer');
    const report = reportedAnswer(outcome.objects.find(({ kind }) => kind === 'tid1500')!.bytes)!;
    const said = report.answers.find(({ about }) => about.startsWith('Left breast'))!;
    expect(Number(said.probability)).to.be.closeTo(100 * answered!.probability, 0.1);
    expect(said.verdict).to.equal(answered!.positive ? 'positive' : 'negative');
    expect(answered!.views).to.deep.equal(['CC', 'MLO']);
    expect(report.answers.some(({ about }) => about.startsWith('Right breast'))).to.equal(false);
  });

  it('goes on without an image that the archive lists and cannot give', async () => {
    const lost = given(exam[0]!, async () => {
      throw new InstanceUnavailable('pacs-not-found', 'The PACS lists this image and did not give it.');
    });
    const said: (readonly string[])[] = [];
    const overlays = new Proxy(bench.overlays, {
      get: (pool, name) => (name === 'capture' ? capture : Reflect.get(pool, name, pool)),
    });
    const capture: Workbench['overlays']['capture'] = (overlay, ...rest) => {
      said.push(overlay.caption.warnings ?? []);
      return bench.overlays.capture(overlay, ...rest);
    };
    const outcome = await process([lost, ...exam.slice(1).map((made) => given(made))], { overlays });
    expect(outcome.status).to.equal('partly-analysed');
    // Each picture says it: one view alone is often all that is looked at.
    expect(said).to.have.length(3);
    for (const warnings of said) expect(warnings).to.deep.equal(['part of the exam: an image not analysed']);
    expect(outcome.leftOut[0]).to.include({
      code: 'pacs-not-found',
      sopInstanceUID: exam[0]!.sopInstanceUID,
    });
  });

  it('leaves out a file that names another study than the archive does', async () => {
    const stranger = { ...given(makeInstance({ ...SMALL, seed: 'another patient' })) };
    const outcome = await process([
      ...exam.map((made) => given(made)),
      { ...stranger, studyInstanceUID: exam[0]!.studyInstanceUID },
    ]);
    expect(outcome.leftOut).to.have.length(1);
    expect(outcome.leftOut[0]).to.include({ code: 'contradictory-identity' });
    expect(outcome.status).to.equal('partly-analysed');
  });

  it('leaves out a file that is another image of the study than the archive says', async () => {
    const instances = exam.map((made) => given(made));
    instances[0] = given(exam[0]!, async () => Uint8Array.from(exam[1]!.bytes));
    const outcome = await process(instances);
    expect(outcome.status).to.equal('partly-analysed');
    expect(outcome.leftOut.map(({ code, sopInstanceUID }) => [code, sopInstanceUID])).to.deep.equal([
      ['contradictory-identity', exam[0]!.sopInstanceUID],
    ]);
  });

  it('says nothing of another study whose file lies under one of its names, readable or not', async () => {
    const foreign = makeInstance({ ...SMALL, seed: 'another patient', override: { BitsAllocated: 32 } });
    const instances = exam.map((made) => given(made));
    instances[3] = given(exam[3]!, async () => Uint8Array.from(foreign.bytes));
    const outcomes = [
      await process(instances),
      await declineExam(instances.slice(3), bench, context, { code: 'engine-failed', reason: 'No answer.' }),
    ];
    expect(outcomes[0]).to.include({ status: 'partly-analysed' });
    expect(outcomes[0]!.leftOut.map(({ code }) => code)).to.deep.equal(['contradictory-identity']);
    for (const { objects, leftOut } of outcomes) {
      expect(leftOut.map(({ source }) => source)).to.deep.equal([undefined]);
      for (const { bytes } of objects) {
        expect(Buffer.from(bytes).includes(foreign.sopInstanceUID)).to.equal(false);
        expect(Buffer.from(bytes).includes(foreign.studyInstanceUID)).to.equal(false);
      }
    }
  });

  it('says nothing of another study where its file shows no mammogram that could be told', async () => {
    const override = { ViewCodeSequence: undefined, ViewPosition: undefined };
    const foreign = makeInstance({ ...SMALL, seed: 'another patient', override });
    const { objects } = await process([given(exam[0]!, async () => Uint8Array.from(foreign.bytes))]);
    for (const { bytes } of objects)
      expect(Buffer.from(bytes).includes(foreign.studyInstanceUID)).to.equal(false);
  });

  it('gives up an exam without naming another image than the archive did', async () => {
    const swapped = given(exam[0]!, async () => Uint8Array.from(exam[1]!.bytes));
    const reason = { code: 'engine-failed', reason: 'No answer.' };
    const { leftOut } = await declineExam([swapped], bench, context, reason);
    expect(leftOut.map(({ source, sopInstanceUID }) => [source, sopInstanceUID])).to.deep.equal([
      [undefined, exam[0]!.sopInstanceUID],
    ]);
  });

  it('lacks an image For Presentation that cannot be read, though there is another of its view', async () => {
    const second = makeInstance({ ...SMALL, instanceNumber: 9, override: { BitsAllocated: 32 } });
    const outcome = await process([...exam, second].map((made) => given(made)));
    expect(outcome.status).to.equal('partly-analysed');
    expect(outcome.leftOut.map(({ code }) => code)).to.deep.equal(['pixel-format-unsupported']);
  });

  it('takes an image once that is listed twice', async () => {
    const once = await process(exam.map((made) => given(made)));
    const twice = await process([...exam, ...exam].map((made) => given(made)));
    expect(names(twice)).to.deep.equal(names(once));
    expect(new Set(names(twice)).size).to.equal(twice.objects.length);
  });

  it('gives no answer about images of two patients in one study, and says why', async () => {
    const others = makeExam({ ...SMALL, override: { PatientID: 'SOMEBODY-ELSE' } });
    const mixed = [exam[0]!, others[1]!, exam[2]!, others[3]!].map((made) => given(made));
    const outcome = await process(mixed);
    expect(outcome).to.include({ status: 'not-processed', code: 'contradictory-patient' });
    expect(outcome.leftOut.map(({ code }) => code)).to.deep.equal(Array(4).fill('contradictory-patient'));
    expect(kinds(outcome)).to.not.include('secondary-capture');

    const unnamed = makeExam({ ...SMALL, override: { PatientID: '' } });
    expect(await process([exam[0]!, unnamed[1]!].map((made) => given(made)))).to.include({
      status: 'analysed',
    });
  });

  const OF_ANOTHER: [what: string, by: string, override: Record<string, string>][] = [
    ['Patient ID', 'Patient ID', { PatientID: 'SOMEBODY-ELSE' }],
    ['birth date', 'birth date', { PatientBirthDate: '19010101' }],
    ['name', 'name', { PatientName: 'Somebody^Else' }],
  ];
  for (const [what, by, override] of OF_ANOTHER) {
    it(`gives no answer where a single image has another ${what}`, async () => {
      const other = makeExam({ ...SMALL, override })[3]!;
      const outcome = await process([...exam.slice(0, 3), other].map((made) => given(made)));
      expect(outcome).to.include({ status: 'not-processed', code: 'contradictory-patient' });
      expect((outcome as { reason: string }).reason).to.contain(`(${by})`);
    });
  }

  it('says in every report which breast has an implant, and what that means', async () => {
    const implant = makeExam({ ...SMALL, override: { BreastImplantPresent: 'YES' } });
    // Right views come first.
    const outcome = await process([implant[0]!, exam[1]!, implant[2]!, exam[3]!].map((made) => given(made)));
    expect(outcome).to.include({ status: 'analysed' });
    const reports = outcome.objects.filter(
      ({ kind }) => kind !== 'secondary-capture' && kind.match(/tid|cad/),
    );
    expect(reports).to.have.length.greaterThan(0);
    for (const { bytes } of reports) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text)
        .to.match(/state an implant in the right breast/)
        .and.not.match(/implant in the left breast/);
    }
  });

  it('refers to an image by its own SOP class where the archive does not list classes', async () => {
    const broken = makeInstance({ ...SMALL, seed: 'exam', override: { BitsAllocated: 32 } });
    const unlisted: ExamInstance = { ...given(broken), sopClassUID: '' };
    const { studyInstanceUID } = broken;
    const why = { code: 'engine-failed', reason: 'No answer.' };
    for (const outcome of [await process([unlisted]), await declineExam([unlisted], bench, context, why)]) {
      expect(outcome.leftOut[0]).to.include({ sopClassUID: broken.sopClassUID });
      expect(kinds(outcome)).to.deep.equal(['tid1500', 'mammography-cad']);
      for (const { bytes } of outcome.objects) {
        const evidence = readPart10(bytes).dataset.items('CurrentRequestedProcedureEvidenceSequence');
        expect(evidence.map((item) => item.string('StudyInstanceUID'))).to.deep.equal([studyInstanceUID]);
      }
    }
  });

  it('does not fetch what is not a mammogram by its SOP class', async () => {
    const tomosynthesis = given(makeInstance({ ...SMALL, kind: 'tomosynthesis' }), async () => {
      throw new Error('fetched');
    });
    const outcome = await process([tomosynthesis, ...exam.map((made) => given(made))]);
    expect(outcome.status).to.equal('analysed');
    expect(outcome.leftOut[0]).to.include({ code: 'tomosynthesis' });
  });

  it('gives other names to a revision, whose bytes differ', async () => {
    const instances = () => exam.map((made) => given(made));
    const first = names(await process(instances()));
    const later = { createdAt: new Date(2026, 2, 3), predecessors: [], revision: 2 };
    const second = names(await processExam(instances(), bench, later));
    expect(second).to.not.have.any.members(first);
    expect(new Set(second).size).to.equal(first.length);
  });

  it('tells how far an integrated heat map accounts for its answer', async () => {
    const explain = { method: 'integrated-grad-cam' as const, steps: 4 };
    const outcome = await process([given(exam[0]!)], { settings: { ...bench.settings, explain } });
    if (outcome.status === 'not-processed') throw new Error(outcome.reason);
    expect(outcome.completeness.map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal([
      exam[0]!.sopInstanceUID,
    ]);
    expect(outcome.completeness[0]?.completeness.scoreDifference).to.be.a('number');
  });

  it('ends without a result when the archive fails, so that the exam can be tried again', async () => {
    const failing = given(exam[0]!, async () => {
      throw new Error('the archive went away');
    });
    const error = await process([failing, ...exam.slice(1).map((made) => given(made))]).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.an('error').with.property('message', 'the archive went away');
  });

  it('asks for Explicit Little Endian where the stored transfer syntax cannot be decoded here', async () => {
    const asked: string[] = [];
    const instance = given(exam[0]!, async (as) => {
      asked.push(as);
      return as === 'stored' ? unknownSyntax(exam[0]!.bytes) : Uint8Array.from(exam[0]!.bytes);
    });
    const outcome = await process([instance]);
    expect(asked).to.deep.equal(['stored', 'explicit-little-endian']);
    expect(outcome.status).to.equal('analysed');
  });

  it('uses For Processing images only where a view has no other', async () => {
    const PatientID = readPart10(exam[0]!.bytes).dataset.string('PatientID')!;
    const raw = makeExam({ ...SMALL, seed: 'raw', intent: 'processing', override: { PatientID } });
    const rawViews = raw.filter(({ view }) => view === 'LCC' || view === 'RCC');
    const presented = exam.filter(({ view }) => view !== 'RCC');
    const said = new Map<string, readonly string[]>();
    const capture: Workbench['overlays']['capture'] = (overlay, details, ...rest) => {
      said.set(standardView(details.source), overlay.caption.notes ?? []);
      return bench.overlays.capture(overlay, details, ...rest);
    };
    const outcome = await process(
      [...rawViews, ...presented].map((made) => given(made)),
      { overlays: { ...bench.overlays, capture } as typeof bench.overlays },
    );
    // Its picture says what it is made from.
    for (const [view, notes] of said)
      expect(notes.includes('from raw values (For Processing)'), view).to.equal(view === 'RCC');
    expect(said.size).to.equal(4);
    const superseded = outcome.leftOut.filter(({ code }) => code === 'for-processing-superseded');
    expect(superseded.map(({ sopInstanceUID }) => sopInstanceUID)).to.deep.equal([
      raw.find(({ view }) => view === 'LCC')!.sopInstanceUID,
    ]);
    expect(outcome.status).to.equal('analysed');
    expect(kinds(outcome).filter((kind) => kind === 'secondary-capture')).to.have.length(4);
  });

  it('does not call an exam partly analysed because a raw twin cannot be read', async () => {
    const raw = makeInstance({ ...SMALL, seed: 'raw', intent: 'processing', override: { Rows: 999 } });
    const twin = exam.filter(({ view }) => view === raw.view);
    const outcome = await process([...twin, raw].map((made) => given(made)));
    expect(outcome.leftOut).to.have.length(1);
    expect(outcome.leftOut[0]).to.include({ code: 'for-processing-superseded', superseded: true });
    expect(outcome.status).to.equal('analysed');
    const series = readPart10(outcome.objects[0]!.bytes).dataset.string('SeriesDescription');
    expect(series).to.equal('AI result, 1 of 4 views; not for primary diagnosis');
  });

  describe('with an image whose Presentation Intent Type says the other than its SOP class', () => {
    const mislabelled = (view: StandardView, seed: string = SMALL.seed) =>
      makeExam({
        ...SMALL,
        seed,
        views: [view],
        override: {
          PresentationIntentType: 'FOR PROCESSING',
          PatientID: readPart10(exam[0]!.bytes).dataset.string('PatientID')!,
        },
      })[0]!;

    it('gives it no answer, and says so by name', async () => {
      const others = exam.filter(({ view }) => view !== 'LCC');
      const outcome = await process([mislabelled('LCC'), ...others].map((made) => given(made)));
      expect(outcome.leftOut.map(({ code }) => code)).to.deep.equal(['contradictory-intent']);
      const report = Buffer.from(outcome.objects[0]!.bytes).toString('latin1');
      expect(report).to.include('PART OF THE EXAM: no answer about L CC.');
      expect(report).to.include('Presentation Intent Type says FOR PROCESSING, the SOP class');
      expect(report).to.include('AI result, part of the exam; not for primary diagnosis');
    });

    it('processes no exam of such alone, in either direction', async () => {
      const raw = makeInstance({
        ...SMALL,
        intent: 'processing',
        override: { PresentationIntentType: 'FOR PRESENTATION' },
      });
      for (const made of [mislabelled('LCC'), raw])
        expect(await process([given(made)])).to.include({
          status: 'not-processed',
          code: 'images-refused',
        });
    });

    it('misses nothing where another image shows the view', async () => {
      const outcome = await process([...exam, mislabelled('LCC', 'twin')].map((made) => given(made)));
      expect(outcome.leftOut).to.have.length(1);
      expect(outcome.leftOut[0]).to.include({ code: 'for-processing-superseded', superseded: true });
      const series = readPart10(outcome.objects[0]!.bytes).dataset.string('SeriesDescription');
      expect(series).to.equal('AI result; not for primary diagnosis');
    });
  });

  it('does not fetch For Processing images that cannot be needed', async () => {
    const raw = makeExam({ ...SMALL, seed: 'raw', intent: 'processing' });
    const never = raw.map((made) =>
      given(made, async () => {
        throw new Error('fetched');
      }),
    );
    const outcome = await process([...never, ...exam.map((made) => given(made))]);
    expect(outcome.status).to.equal('analysed');
    expect(outcome.leftOut).to.have.length(4);
  });

  describe('of which nothing can be analysed', () => {
    it('is "not processed", with a report that says why, never an empty answer', async () => {
      const magnified = makeInstance({ ...SMALL, modifier: 'magnification' });
      const outcome = await process([given(magnified)]);
      expect(outcome).to.include({ status: 'not-processed', code: 'no-standard-view', findings: undefined });
      expect(kinds(outcome)).to.deep.equal(['tid1500', 'mammography-cad']);
    });

    it('writes nothing where the settings say so', async () => {
      const settings = { ...bench.settings, notProcessed: false };
      const outcome = await process([given(makeInstance({ ...SMALL, kind: 'missing-pixels' }))], {
        settings,
      });
      expect(outcome.status).to.equal('not-processed');
      expect(outcome.objects).to.deep.equal([]);
    });

    it('names the patient from the archive where no file can be read', async () => {
      const { dataset } = readPart10(exam[0]!.bytes);
      const garbage = given(exam[0]!, async () => new Uint8Array(1000).fill(7));
      const describedStudy = async () => ({ patientAndStudy: registerPatientAndStudy(dataset) });
      const outcome = await process([{ ...garbage, describedStudy }]);
      expect(kinds(outcome)).to.deep.equal(['tid1500', 'mammography-cad']);
      for (const { bytes } of outcome.objects) {
        expect(readPart10(bytes).dataset.string('PatientID')).to.equal(dataset.string('PatientID'));
      }
    });

    it('is "not processed" without a report when no file tells whose it is', async () => {
      const garbage = given(exam[0]!, async () => new Uint8Array(1000).fill(7));
      const outcome = await process([garbage]);
      expect(outcome).to.include({ status: 'not-processed', code: 'images-unreadable' });
      expect(outcome.objects).to.deep.equal([]);
    });
  });

  describe('with a bundle that says what it was made from', () => {
    /** The exam's views, the least familiar last, with their distances from one another. */
    async function familiarity() {
      const seen: Float32Array[] = [];
      const engine: Engine = {
        ...bench.engine,
        infer: async (inputs) => {
          const inferences = await bench.engine.infer(inputs);
          seen.push(...inferences.map(placeSummary));
          return inferences;
        },
      };
      const outcome = await process(
        exam.map((made) => given(made)),
        { engine },
      );
      const known = KnownFeatures.of([seen]);
      const views = outcome.findings!.breasts.flatMap(({ images }) => images);
      // Images go to the network in the order of their views.
      const byView = views.map(({ source }) => source).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      const distances = seen.map((summary) => known.distance(summary));
      const order = [0, 1, 2, 3].sort((a, b) => distances[a]! - distances[b]!);
      return { known, sources: order.map((i) => byView[i]!), distances: order.map((i) => distances[i]!) };
    }
    const nameOf = (source: SourceInstance) => `${source.laterality}${source.view}`;
    const within = (known: KnownFeatures, limit: number): Partial<Workbench> => ({
      known,
      bundle: { ...bench.bundle, knownFeatures: { file: 'known.json', limit } },
    });

    it('gives no answer about an image that is unlike those, and says so', async () => {
      const { known, sources, distances } = await familiarity();
      const outcome = await process(
        exam.map((made) => given(made)),
        within(known, (distances[2]! + distances[3]!) / 2),
      );
      expect(outcome.status).to.equal('partly-analysed');
      expect(outcome.leftOut.map(({ code, sopInstanceUID }) => [code, sopInstanceUID])).to.deep.equal([
        ['unlike-training', sources[3]!.sopInstanceUID],
      ]);
      const answered = outcome.findings!.breasts.flatMap(({ images }) => images);
      expect(answered.map(({ source }) => source.sopInstanceUID)).to.have.members(
        sources.slice(0, 3).map(({ sopInstanceUID }) => sopInstanceUID),
      );
      expect(kinds(outcome).filter((kind) => kind === 'secondary-capture')).to.have.length(3);
      for (const { bytes } of outcome.objects.slice(0, 1))
        expect(Buffer.from(bytes).toString('latin1')).to.contain('unlike those that the model was made from');
    });

    it('does not process an exam of which every image is unlike those', async () => {
      const { known, distances } = await familiarity();
      const outcome = await process(
        exam.map((made) => given(made)),
        within(known, distances[0]! / 2),
      );
      expect(outcome).to.include({ status: 'not-processed', code: 'images-refused', findings: undefined });
      expect(outcome.leftOut).to.have.length(4);
      expect(kinds(outcome)).to.deep.equal(['tid1500', 'mammography-cad']);
    });

    it('answers as without it where all images are like those', async () => {
      const { known, distances } = await familiarity();
      const instances = () => exam.map((made) => given(made));
      const outcome = await process(instances(), within(known, distances[3]!));
      expect(outcome.findings).to.deep.equal((await process(instances())).findings);
    });
  });

  it('declines an exam after the last try with a report that gives the reason', async () => {
    const why = { code: 'engine-failed', reason: 'The network could not be run.' };
    const outcome = await declineExam(
      exam.map((made) => given(made)),
      bench,
      context,
      why,
    );
    expect(outcome).to.include({ status: 'not-processed', ...why });
    expect(kinds(outcome)).to.deep.equal(['tid1500', 'mammography-cad']);
    const classes = outcome.objects.map(({ sopClassUID }) => sopClassUID);
    expect(classes).to.deep.equal([sopClass.Comprehensive3DSR, sopClass.MammographyCADSR]);
  });
});

/** The same file, claiming a transfer syntax that this software does not decode (MPEG2, PS3.5 A.4.5). */
function unknownSyntax(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  const syntax = Buffer.from(`${transferSyntax.ExplicitVRLittleEndian}\0`, 'latin1');
  const at = copy.indexOf(syntax);
  // Same length: 1.2.840.10008.1.2.1 and a NUL becomes 1.2.840.10008.1.2.9x.
  copy.write('1.2.840.10008.1.2.99', at, 'latin1');
  return new Uint8Array(copy);
}
