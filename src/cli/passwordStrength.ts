import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** How hard a password is to guess for somebody who knows what people choose. */
export interface PasswordStrength {
  /** `weak`: of those that are tried first. */
  word: 'weak' | 'hard to guess' | 'very hard to guess';
  /** In how many guesses it is found, as a power of ten. */
  guesses: string;
}

/** What somebody tries first who knows where the password is used; zxcvbn's lists have the passwords of everywhere. */
const WORDS_HERE = [
  ...[
    'mamori',
    'mammo',
    'mammography',
    'mammogram',
    'mammografie',
    'mammographie',
    'pacs',
    'dicom',
    'orthanc',
  ],
  ...['radiology', 'radiologie', 'hospital', 'clinic', 'klinik', 'krankenhaus', 'admin', 'administrator'],
];

/** Of zxcvbn's scores: fewer than a hundred million guesses, which a stolen hash does not stand. */
const STRONG_ENOUGH = 3;

/** Judges by lists of common passwords, names, words, keyboard rows, dates and repeats that are in the package. */
export function passwordStrength(password: string): PasswordStrength {
  const judge = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const { score, guessesLog10 } = judge.check(password, WORDS_HERE);
  const word =
    score < STRONG_ENOUGH ? 'weak' : score === STRONG_ENOUGH ? 'hard to guess' : 'very hard to guess';
  return { word, guesses: `10^${Math.floor(guessesLog10)}` };
}
