import type { Reason } from '../dicom/index.js';
import { type Inference, placeSummary } from '../model/index.js';
import type { ExamLeftOutCode } from './errors.js';
import { type Intake, namesOf } from './intake.js';
import type { Workbench } from './workbench.js';

/** An exam's images, each with what the network says of it. */
export interface Answered {
  intake: Intake;
  /** Of `intake.images`, in their order. */
  inferences: Inference[];
}

/**
 * Takes the answer away from every image that lies farther from those of training than the bundle allows: of what a
 * network has never seen the like of, its probability says nothing. Reads the activations of the run that is there.
 */
export function onlyFamiliar(
  { intake, inferences }: Answered,
  { bundle, known }: Pick<Workbench, 'bundle' | 'known'>,
): Answered {
  if (known === undefined || bundle.knownFeatures === undefined) return { intake, inferences };
  const { limit } = bundle.knownFeatures;
  const distances = inferences.map((inference) => known.distance(placeSummary(inference)));
  // Put this way round, a distance that is no number is refused.
  const isFamiliar = (place: number) => distances[place]! <= limit;
  const strange = intake.images.flatMap(({ source }, place) =>
    isFamiliar(place)
      ? []
      : { ...namesOf(source), ...unlikeTraining(distances[place]!, limit), source, attempted: true },
  );
  if (strange.length === 0) return { intake, inferences };
  const leftOut = [...intake.leftOut, ...strange];
  leftOut.sort((a, b) => (a.sopInstanceUID < b.sopInstanceUID ? -1 : 1));
  return {
    intake: {
      images: intake.images.filter((_, place) => isFamiliar(place)),
      leftOut,
      study: intake.study ?? strange[0]!.source,
    },
    inferences: inferences.filter((_, place) => isFamiliar(place)),
  };
}

function unlikeTraining(distance: number, limit: number): Reason<ExamLeftOutCode> {
  const measured = `distance ${distance.toFixed(2)}, at most ${limit.toFixed(2)}`;
  return {
    code: 'unlike-training',
    reason: `The image is unlike those that the model was made from (${measured}).`,
  };
}
