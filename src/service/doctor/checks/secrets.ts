import { guessableSecrets } from '../../blackener.js';
import { type Check, ok, warning } from '../types.js';

/** Can the secrets of the settings be kept out of the log? */
export const secrets: Check = {
  name: 'secrets',
  needs: [],
  run: async ({ settings }) => {
    const guessable = guessableSecrets(settings);
    if (guessable.length === 0) return ok('none that the log could give away');
    return warning(
      `${guessable.join(', ')}: short, a number, or words that stand in the log anyhow, so that it cannot be ` +
        'blacked out there, and is easily guessed',
      'Have another one set where it belongs to, of 16 random characters or more: openssl rand -base64 18.',
    );
  },
};
