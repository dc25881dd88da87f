import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * Passwords are kept as `scrypt:N:r:p:SALT:HASH` (RFC 7914; salt and hash in base64url), without a `$`, so that a shell
 * and a settings file take them as they are. The cost is OWASP's for 16 MB of memory: about 0.2 s for each guess.
 */
const COST = { N: 2 ** 14, r: 8, p: 5 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Enough for the largest cost that is taken. */
const MOST_MEMORY = 256 * 2 ** 20;

const FORM = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([\w-]{22,86}):([\w-]{43,86})$/;

interface PasswordHash {
  cost: typeof COST;
  salt: Buffer;
  hash: Buffer;
}

/** What is wrong with a text that should be a password's hash; undefined: nothing. */
export function passwordHashProblem(text: string): string | undefined {
  const parsed = parse(text);
  if (parsed === undefined) return 'must be a hash that `mamori password` prints';
  const { N, r, p } = parsed.cost;
  if ((N & (N - 1)) !== 0 || 128 * N * r > MOST_MEMORY || p > 16) return 'has a cost that is not taken';
  if (N * r * p < COST.N * COST.r * COST.p) return 'is too weak; make it again by `mamori password`';
  return undefined;
}

/** A new hash, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { cost: COST, salt, length: HASH_BYTES });
  const { N, r, p } = COST;
  return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/**
 * @param text as `passwordHashProblem` finds nothing wrong with; undefined takes as long and is never right, so that
 *   time does not tell which users there are
 */
export async function isPassword(password: string, text: string | undefined): Promise<boolean> {
  const known = text === undefined ? NOBODY : (parse(text) ?? NOBODY);
  const given = await derive(password, { ...known, length: known.hash.length });
  return timingSafeEqual(given, known.hash) && known !== NOBODY;
}

const NOBODY: PasswordHash = { cost: COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

function parse(text: string): PasswordHash | undefined {
  const [, N, r, p, salt, hash] = FORM.exec(text) ?? [];
  if (hash === undefined) return undefined;
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt!, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

function derive(
  password: string,
  { cost, salt, length }: { cost: typeof COST; salt: Buffer; length: number },
): Promise<Buffer> {
  // Letters that look the same are the same, whatever keyboard made them.
  const normal = password.normalize('NFKC');
  return new Promise((resolve, reject) =>
    scrypt(normal, salt, length, { ...cost, maxmem: 2 * MOST_MEMORY }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  );
}
