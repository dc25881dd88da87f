import type { Algorithm, InstanceReference, SOPInstanceUID, SourceInstance } from '../dicom/index.js';
import {
  earlierImages,
  type ImageName,
  imageNames,
  namedImages,
  unansweredText,
  type ViewsInStudy,
  viewsInStudy,
} from '../findings/index.js';
import type { PreparationPool } from '../image/index.js';
import type { Bundle, Engine, KnownFeatures } from '../model/index.js';
import type { OverlayPool } from '../pictures/index.js';
import { algorithmOf } from './examAlgorithm.js';
import type { Intake } from './intake.js';
import type { ExamSettings } from './outputSettings.js';
import { type ResultNames, resultNames } from './resultNames.js';

/** What stays the same from exam to exam: the model, what runs it, and how results are written. */
export interface Workbench {
  bundle: Bundle;
  /** What the bundle says of the images that it was made from; undefined where it says nothing. */
  known: KnownFeatures | undefined;
  engine: Engine;
  preparation: PreparationPool;
  overlays: OverlayPool;
  settings: ExamSettings;
  /** Mamori's version, as objects name it. */
  softwareVersion: string;
  /** Instances fetched and prepared at the same time. */
  concurrency: number;
}

/** What belongs to this one exam besides its instances. */
export interface ExamContext {
  /** Content date and time of everything written. */
  createdAt: Date;
  /** Earlier reports about this study, which the new ones replace. */
  predecessors: InstanceReference[];
  /** Which work on the study this is, from 1: it rises each time that a closed exam is taken up again. */
  revision?: number;
  /** Which of all sets of results about the study this is, earlier versions' included, from 1; as titles tell it. */
  edition?: number;
  /** Called once the images are prepared; the rest begins when it has come to its end, and it counts for no stage. */
  prepared?: () => Promise<void>;
  /** Also return the pictures themselves. */
  previews?: boolean;
}

/** One exam's names and tools, handed from stage to stage. */
export interface ExamWork {
  bench: Workbench;
  context: ExamContext;
  names: ResultNames;
  algorithm: Algorithm;
  /** Which of the four standard views the study holds. */
  views: ViewsInStudy;
  /** What has no answer, in words; undefined where all has. */
  unanswered: string | undefined;
  /** What an image is called, as the reports call it. */
  nameOf(source: SourceInstance): ImageName;
  /** Images whose view was taken again on a later day: no breast's number has them in it. */
  earlier: ReadonlySet<SOPInstanceUID>;
}

export function examWork(intake: Intake, bench: Workbench, context: ExamContext): ExamWork {
  const { bundle, settings, softwareVersion } = bench;
  const analysed = intake.images.map((image) => image.source);
  const coverage = { analysed, leftOut: intake.leftOut };
  const studyInstanceUID = analysed[0]?.studyInstanceUID ?? intake.study?.studyInstanceUID;
  return {
    bench,
    context,
    names: resultNames({
      studyInstanceUID,
      analysed,
      leftOut: intake.leftOut,
      bundle,
      settings,
      revision: context.revision ?? 1,
    }),
    algorithm: algorithmOf(bundle, settings, softwareVersion),
    views: viewsInStudy(analysed, intake.leftOut),
    unanswered: unansweredText(coverage),
    nameOf: imageNames(namedImages(coverage)),
    earlier: earlierImages(analysed),
  };
}
