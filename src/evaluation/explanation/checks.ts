import { Random } from '../../dataset/index.js';
import type { Answer } from '../answers.js';
import type { EvaluationEvents } from '../evaluationOptions.js';
import { checkCompleteness } from './completenessCheck.js';
import { checkPerturbation } from './perturbation.js';
import { checkPlanted } from './plantedMass.js';
import { checkRandomised } from './randomised.js';
import type { ExplanationSubject, Sample } from './subject.js';
import type { ExplanationChecks, Picture } from './types.js';

/** Images for each check: enough to see whether maps mean something, few enough to wait for. */
const SAMPLE = { randomised: 24, perturbation: 16, completeness: 8 };

/** Whether the heat maps of this model can be believed. */
export async function checkExplanations(
  subject: ExplanationSubject,
  events: EvaluationEvents,
): Promise<{ checks: ExplanationChecks; pictures: Picture[] }> {
  const drawn = onePerPatient(subject.answers, subject.seed);
  // A map speaks for the positive class: it is tried where the answer is positive.
  const positive = [...drawn].sort(
    (a, b) =>
      Number(b.probability >= subject.bundle.operatingPoint) -
      Number(a.probability >= subject.bundle.operatingPoint),
  );
  events.stage('heat maps with shuffled weights');
  const randomised = await checkRandomised(
    subject,
    await samplesOf(subject, drawn.slice(0, SAMPLE.randomised)),
  );
  events.stage('heat maps: covering and uncovering the image');
  const perturbed = await samplesOf(subject, positive.slice(0, SAMPLE.perturbation));
  const perturbation = await checkPerturbation(subject, perturbed, events.progress);
  events.stage('heat maps: what they account for');
  const completeness = await checkCompleteness(subject, perturbed.slice(0, SAMPLE.completeness));
  events.stage('heat maps on made exams with a mass');
  const { check: planted, pictures } = await checkPlanted(subject, events.progress);
  return { checks: { randomised, perturbation, completeness, planted }, pictures };
}

function onePerPatient(answers: readonly Answer[], seed: number): Answer[] {
  const taken = new Set<string>();
  return new Random(seed).shuffled(answers).filter((answer) => {
    if (taken.has(answer.case)) return false;
    taken.add(answer.case);
    return true;
  });
}

async function samplesOf({ pool, bundle }: ExplanationSubject, answers: Answer[]): Promise<Sample[]> {
  const steps = bundle.input.preparation;
  return Promise.all(
    answers.map(async ({ case: name, image: { path, file, copy } }) => {
      const { input } = await pool.examine({ path, file, copy, steps, wanted: 'input' });
      return { case: name, input };
    }),
  );
}
