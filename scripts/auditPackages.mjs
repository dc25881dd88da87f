// `npm run audit`: known weaknesses in the libraries that run, by the registry's advisories. Ends with 1 where there
// are any, and with 0, saying so, where the registry gives no advisories: a mirror on a closed network often does not.
import { spawnSync } from 'node:child_process';

const { status, stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { error, metadata, vulnerabilities = {}, ...answer } = JSON.parse(stdout || '{}');
if (metadata === undefined) {
  const why = error?.summary || answer.message || `npm audit ended with ${status}`;
  console.log(`NOT CHECKED: this registry tells no advisories (${why.trim().split('\n')[0]}).`);
  process.exit(0);
}
for (const { name, severity, range, fixAvailable } of Object.values(vulnerabilities))
  console.log(`${severity}: ${name} ${range}${fixAvailable ? ' (a later version mends it)' : ''}`);
const { total } = metadata.vulnerabilities;
console.log(total === 0 ? 'No known weakness in what runs.' : `${total} known weaknesses in what runs.`);
process.exit(total === 0 ? 0 : 1);
