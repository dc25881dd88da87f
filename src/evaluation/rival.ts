import { countText } from '../countText.js';
import { casePartsOf, groupByCase, type LabelledImage } from '../dataset/index.js';
import { type Bundle, loadBundle, openEngine } from '../model/index.js';
import { judgeOf } from './abstention.js';
import { type Against, compareAnswers, imagesForBoth } from './against.js';
import { plainAnswers } from './answering.js';
import type { Answer } from './answers.js';
import type { EvaluationEvents, EvaluationOptions } from './evaluationOptions.js';
import type { ExaminationPool } from './examinationPool.js';
import type { BootstrapOptions } from './statistics/index.js';

/** Another model, and the images on which both may be measured. */
export interface Rival {
  bundle: Bundle;
  images: LabelledImage[];
  leftOut: number;
  /** Whether it tells whom it was made from. */
  known: boolean;
}

/**
 * Opens the other bundle and takes the images, before anything is answered: what is wrong with it is told at once.
 *
 * @param all every image of the data sets
 * @param chosen those that the evaluated model is measured on
 * @throws ModelError as `loadBundle` does; EvaluationError as `imagesForBoth` does
 */
export async function rivalOf(
  directory: string,
  bundle: Bundle,
  all: LabelledImage[],
  chosen: readonly LabelledImage[],
): Promise<Rival> {
  const other = await loadBundle(directory, { leaking: true });
  const parts = await casePartsOf(other, all);
  const images = imagesForBoth(chosen, parts, bundle, other);
  const leftOut = groupByCase(chosen).size - groupByCase(images).size;
  return { bundle: other, images, leftOut, known: parts.known !== 'unknown' };
}

export interface RivalWork {
  /** The model that is evaluated. */
  bundle: Bundle;
  answers: readonly Answer[];
  pool: ExaminationPool;
  choice: Pick<EvaluationOptions, 'engine' | 'device'>;
  drawing: BootstrapOptions;
  events: EvaluationEvents;
}

/** Lets the other model answer and compares both. */
export async function measureAgainst(rival: Rival, work: RivalWork): Promise<Against> {
  const { bundle: other, images, leftOut, known } = rival;
  const { bundle, answers, pool, choice, drawing, events } = work;
  events.stage(`${other.name} ${other.version} on the same ${countText(images.length, 'image')}`);
  const engine = await openEngine(other, choice);
  try {
    const judge = await judgeOf(other);
    const others = await plainAnswers(images, {
      bundle: other,
      engine,
      pool,
      judge,
      progress: events.progress,
    });
    const { name, version, digest, operatingPoint, classes } = other;
    return {
      other: { name, version, digest, operatingPoint, classes },
      images: images.length,
      patients: groupByCase(images).size,
      leftOut,
      otherKnown: known,
      ...compareAnswers(answers, others, [bundle, other], drawing),
    };
  } finally {
    await engine.close();
  }
}
