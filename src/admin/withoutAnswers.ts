import { AdminError } from './errors.js';
import type { ExamDesk, ExamWork } from './examDesk.js';
import type { ExamStatus, StatusSource } from './serviceState.js';

/*
 * For hospitals where whoever looks after Mamori is not to see what exams were answered with.
 */

/** Marks are drawn on images with a positive answer alone: that there are some tells it. */
const TELLING = 'presentation-state';

/** A desk that tells no answer: not in short, not by the objects there are, and nothing out of the PACS. */
export function deskWithoutAnswers(desk: ExamDesk): ExamDesk {
  return {
    ...desk,
    find: async (filter, limit) => (await desk.find(filter, limit)).map(unanswered),
    works: async (study) => (await desk.works(study)).map(workWithoutAnswer),
    answer: refuse,
    picture: refuse,
  };
}

export function sourceWithoutAnswers(source: StatusSource): StatusSource {
  return async () => {
    const snapshot = await source();
    return { ...snapshot, exams: snapshot.exams.map(unanswered) };
  };
}

function unanswered<Exam extends ExamStatus>(exam: Exam): Exam {
  return { ...exam, shortAnswer: undefined };
}

function workWithoutAnswer(work: ExamWork): ExamWork {
  const objects = work.objects
    .filter(({ kind }) => kind !== TELLING)
    .map((object) => ({ ...object, isPicture: false }));
  return { ...unanswered(work), presentAnswer: undefined, objects };
}

async function refuse(): Promise<never> {
  throw new AdminError('answers-off', 'Answers are not shown here (admin.answers: false).', {
    remedy: 'They are in the PACS, for who may read them there.',
  });
}
