import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';

/** What is told to security departments must be what is there. */
describe('docs/security.md', () => {
  const page = readFileSync('docs/security.md', 'utf8');

  it('counts what its tables list', () => {
    const counts: Record<string, number> = {};
    const seen: string[] = [];
    for (const [, requirements, verdict] of page.matchAll(
      /^\| ([\d., ]+) \| (met|partly|not met|n\/a) \|/gm,
    )) {
      const each = requirements!.split(', ');
      seen.push(...each);
      counts[verdict!] = (counts[verdict!] ?? 0) + each.length;
    }
    expect(seen.filter((one, place) => seen.indexOf(one) < place)).to.deep.equal([]);
    const told =
      /Of the (\d+) requirements .*, (\d+) are met, (\d+) in part, (\d+) not, and\s+(\d+) do not/s.exec(
        page,
      )!;
    expect(told.slice(1).map(Number)).to.deep.equal([
      seen.length,
      counts.met,
      counts.partly,
      counts['not met'],
      counts['n/a'],
    ]);
  });

  it('names as evidence files that there are', () => {
    const named = [...page.matchAll(/`((?:src|test|deploy|scripts|proof|docs|config|\.ci)\/[\w./-]+)`/g)].map(
      ([, path]) => path!,
    );
    expect(named.length).to.be.above(80);
    expect(named.filter((path) => !existsSync(path))).to.deep.equal([]);
    // After the first of a list, the name alone.
    const all = new Set(
      ['src', 'test', 'deploy'].flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => basename(name)),
      ),
    );
    const alone = [...page.matchAll(/`(\w[\w.]*\.ts)`/g)].map(([, name]) => name!);
    expect(alone.filter((name) => !all.has(name))).to.deep.equal([]);
  });
});
