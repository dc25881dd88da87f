import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { CommandError } from './errors.js';

/** As NIST SP 800-63B asks of a password that stands alone. */
const SHORTEST = 12;
/** Long enough for a sentence. The form of the status page has room for so many, whatever letters they are. */
const LONGEST = 128;

/** `mamori password`: from a password to what `admin.users` keeps of it. */
export const passwordCommand = new Command('password')
  .description('ask for a password and print its hash, for admin.users in the settings')
  .action(run);

async function run(): Promise<void> {
  const { hashPassword } = await import('../passwordHash.js');
  const password = process.stdin.isTTY ? await asked() : (await text(process.stdin)).replace(/\r?\n$/, '');
  const { length } = [...password.normalize('NFKC')];
  if (length < SHORTEST)
    throw new CommandError('password-short', `A password has ${SHORTEST} characters at least.`, {
      remedy: 'Take several words.',
    });
  if (length > LONGEST)
    throw new CommandError('password-long', `A password has ${LONGEST} characters at most.`, {
      remedy: 'Leave some words out.',
    });
  const { passwordStrength } = await import('./passwordStrength.js');
  const { word, guesses } = passwordStrength(password);
  if (word === 'weak')
    throw new CommandError(
      'password-weak',
      `This password is among the first ${guesses} that somebody tries.`,
      {
        remedy: 'Take four words or more that have nothing to do with each other, nor with this place.',
      },
    );
  console.error(`Strength: ${word}, about ${guesses} guesses.`);
  console.log(await hashPassword(password));
}

async function asked(): Promise<string> {
  const first = await unseen('Password: ');
  if ((await unseen('Once more: ')) === first) return first;
  throw new CommandError('password-differs', 'The two passwords differ.', { remedy: 'Begin again.' });
}

/** Nothing of what is typed is shown. */
function unseen(prompt: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Once nothing that is typed is shown any more.
  process.stderr.write(prompt);
  return new Promise((resolve, reject) => {
    lines.once('close', () => {
      process.stderr.write('\n');
      reject(
        new CommandError('password-missing', 'No password was given, and no hash is made.', {
          remedy: 'Begin again: type it, press Enter, and type it once more.',
        }),
      );
    });
    lines.question('', (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}
