import { z } from 'zod';
import 'zod-openapi';

const laterality = z.enum(['R', 'L']);

const breastAnswer = z
  .discriminatedUnion('answered', [
    z.object({
      laterality,
      answered: z.literal(true),
      probability: z.number().min(0).max(1),
      positive: z.boolean().meta({ description: 'At or above the operating point; false excludes nothing' }),
      views: z.array(z.enum(['CC', 'MLO'])).meta({ description: 'Of the images that it rests on' }),
    }),
    z.object({
      laterality,
      answered: z.literal(false),
      code: z.string().meta({ description: 'Why it was not analysed' }),
    }),
  ])
  .meta({ id: 'BreastAnswer' });

/** As the list of exams has it; the report says the rest. */
export const shortAnswer = z
  .object({
    operatingPoint: z.number().min(0).max(1),
    probabilityName: z.string().meta({ description: 'What the probability is of, in words' }),
    notExcluded: z
      .string()
      .meta({ description: 'What an answer below the operating point does not exclude' }),
    caution: z.string().optional().meta({ description: 'What must not be overlooked beside the number' }),
    breasts: z.array(breastAnswer).meta({ description: 'Both, right before left' }),
  })
  .meta({
    id: 'ShortAnswer',
    description:
      'What the exam is delivered or partial with, in short. Health data. An AI result, not for primary diagnosis; ' +
      'more is in the report',
  });
