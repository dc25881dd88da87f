import { accountName } from '../accountName.js';
import type { Person } from './auditEvent.js';

/** Whose account this process runs as, and who came to it by sudo, as sudo tells it. */
export function operator(env: NodeJS.ProcessEnv = process.env): Person {
  return { userId: accountName(), alternativeUserId: env.SUDO_USER };
}
