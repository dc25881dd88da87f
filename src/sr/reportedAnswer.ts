import {
  COMMENT,
  type Code,
  type Dataset,
  MEASUREMENT_GROUP,
  readPart10,
  SUMMARY,
  SUMMARY_OF_ANALYSES,
  TRACKING_IDENTIFIER,
} from '../dicom/index.js';
import { INTERPRETATION, NEGATIVE, POSITIVE } from './content/index.js';

/** One answer of a report, about the exam, a breast or an image. */
export interface AnswerInReport {
  about: string;
  /** As it stands there, in percent; undefined where there is none. */
  probability: string | undefined;
  verdict: 'positive' | 'negative' | undefined;
  comment: string | undefined;
}

/** What a report of ours says, for people. */
export interface ReportedAnswer {
  summary: string;
  answers: AnswerInReport[];
  comments: string[];
}

/**
 * Reads a TID 1500 report of ours as it comes back from an archive; undefined for an object that is none.
 *
 * @throws DicomReadError
 */
export function reportedAnswer(file: Uint8Array): ReportedAnswer | undefined {
  const { dataset } = readPart10(file);
  const [summary] = texts(dataset, SUMMARY);
  if (summary === undefined) return undefined;
  const containers = dataset.items('ContentSequence');
  const groups = containers.flatMap((container) => named(container, MEASUREMENT_GROUP));
  return {
    summary,
    answers: groups.flatMap(answerIn),
    comments: containers.flatMap((container) => texts(container, COMMENT)),
  };
}

function answerIn(group: Dataset): AnswerInReport[] {
  const [about] = texts(group, TRACKING_IDENTIFIER);
  const numbers = group.items('ContentSequence').filter((item) => item.string('ValueType') === 'NUM');
  const probability = numbers[0]?.items('MeasuredValueSequence')[0]?.string('NumericValue');
  const [comment] = texts(group, COMMENT);
  // A group about a region has neither a number nor a word on the analysis: its image's answer stands in another one.
  const isAnswer = probability !== undefined || named(group, SUMMARY_OF_ANALYSES).length > 0;
  if (about === undefined || !isAnswer) return [];
  const [said] = named(group, INTERPRETATION);
  const verdict = said?.code('ConceptCodeSequence');
  return [
    {
      about,
      probability,
      verdict: isSame(verdict, POSITIVE) ? 'positive' : isSame(verdict, NEGATIVE) ? 'negative' : undefined,
      comment,
    },
  ];
}

function named(parent: Dataset, concept: Code): Dataset[] {
  return parent
    .items('ContentSequence')
    .filter((item) => isSame(item.code('ConceptNameCodeSequence'), concept));
}

function texts(parent: Dataset, concept: Code): string[] {
  return named(parent, concept).flatMap((item) => item.string('TextValue') ?? []);
}

function isSame(code: Code | undefined, other: Code): boolean {
  return code?.value === other.value && code.scheme === other.scheme;
}
