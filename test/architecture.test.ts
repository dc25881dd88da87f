import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, normalize, relative, sep } from 'node:path';
import { expect } from 'chai';

const root = process.cwd();

/** What each folder of src/ may import: design rule, imports run downwards only. */
const MAY_IMPORT: Record<string, string[]> = {
  threads: [],
  audit: [],
  dicom: [],
  image: ['threads', 'dicom'],
  model: ['threads', 'image', 'dicom'],
  findings: ['model', 'image', 'dicom'],
  dataset: ['model', 'image', 'dicom'],
  training: ['dataset', 'findings', 'model', 'image', 'dicom'],
  gradcam: ['findings', 'model', 'image', 'dicom'],
  pictures: ['threads', 'gradcam', 'findings', 'model', 'image', 'dicom'],
  sr: ['findings', 'model', 'image', 'dicom'],
  exam: ['threads', 'sr', 'pictures', 'gradcam', 'findings', 'model', 'image', 'dicom'],
  config: ['exam', 'model', 'dicom'],
  dicomweb: ['dicom'],
  ledger: ['exam', 'findings', 'dicom'],
  poller: ['ledger', 'dicomweb', 'exam', 'findings', 'dicom'],
  admin: ['findings', 'dicom'],
  notify: [],
  support: ['config', 'dicom'],
  phantom: ['image', 'dicom'],
  evaluation: ['threads', 'pictures', 'phantom', 'gradcam', 'findings', 'dataset', 'model', 'image', 'dicom'],
  demo: ['phantom', 'dicomweb', 'dicom'],
  service: [
    'audit',
    'phantom',
    'admin',
    'notify',
    'support',
    'poller',
    'ledger',
    'dicomweb',
    'exam',
    'sr',
    'pictures',
    'gradcam',
    'findings',
    'model',
    'image',
    'dicom',
    'threads',
    'config',
  ],
  cli: [
    'audit',
    'service',
    'demo',
    'evaluation',
    'phantom',
    'admin',
    'notify',
    'support',
    'poller',
    'ledger',
    'dicomweb',
    'exam',
    'sr',
    'pictures',
    'gradcam',
    'training',
    'dataset',
    'findings',
    'model',
    'image',
    'dicom',
    'threads',
    'config',
  ],
};

interface Import {
  from: string;
  to: string;
}

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (path.endsWith('.ts')) yield path;
  }
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((specifier) => ({
    from: relative(root, file),
    to: relative(root, normalize(join(dirname(file), specifier))).replace(/\.js$/, '.ts'),
  }));
}

const room = (file: string) => {
  const parts = file.split(sep);
  return parts.length > 2 ? parts[1]! : '';
};

/** The outermost folder that holds one file and not the other; undefined where none does. */
function outermostWithout(file: string, other: string): string | undefined {
  const parts = file.split(sep);
  const folders = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join(sep));
  return folders.find((folder) => !other.startsWith(folder + sep));
}

/** Made by a program, one for each kernel: whoever uses one names it. */
const TOLD_APART = new Set(
  ['clahe', 'jpeg', 'lookup', 'packbits', 'resize'].map((name) => `src/image/kernels/${name}.wasm.ts`),
);

describe('the architecture', () => {
  const imports = [...sourceFiles(join(root, 'src'))].flatMap(importsOf);
  const across = imports.filter(({ from, to }) => room(to) !== '' && room(from) !== room(to));

  it('imports downwards only', () => {
    const upwards = across.filter(({ from, to }) => !MAY_IMPORT[room(from)]?.includes(room(to)));
    expect(upwards).to.deep.equal([]);
  });

  it('enters every folder by its index', () => {
    const aside = across.filter(({ to }) => to !== join('src', room(to), 'index.ts'));
    expect(aside).to.deep.equal([]);
  });

  it('enters the folders of a room by their index', () => {
    const within = imports.filter(({ from, to }) => room(from) === room(to) && !TOLD_APART.has(to));
    const aside = within.filter(({ from, to }) => {
      const folder = outermostWithout(to, from);
      return folder !== undefined && to !== join(folder, 'index.ts');
    });
    expect(aside).to.deep.equal([]);
  });

  it('has no import cycles between files', () => {
    const targets = new Map<string, string[]>();
    for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const next of targets.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of targets.keys()) visit(file, []);
    expect(cycles).to.deep.equal([]);
  });

  it('is drawn in the README, room by room', () => {
    const drawn = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^src\/(\S+)/gm)].map(
      ([, name]) => name!,
    );
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(drawn.sort()).to.deep.equal(rooms.map(({ name }) => name).sort());
  });
});

const rel = (file: string) => relative(root, file);

/** Files of the checkout by extension, from every folder that people write in. */
function* writtenFiles(...extensions: string[]): Generator<string> {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isFile() && extensions.includes(extname(entry.name))) yield join(root, entry.name);
    if (!entry.isDirectory() || !['src', 'test', 'bench', 'proof', 'scripts', 'docs'].includes(entry.name))
      continue;
    for (const below of readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true }))
      if (below.isFile() && extensions.includes(extname(below.name)))
        yield join(below.parentPath, below.name);
  }
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n');

/** Lines of more than 120 characters, but for those that cannot be broken. */
function wideLines(file: string, exempt: (line: string) => boolean = () => false): string[] {
  return linesOf(file).flatMap((line, index) =>
    [...line].length > 120 && !exempt(line) ? [`${rel(file)}:${index + 1}`] : [],
  );
}

/** Every file that holds what the pattern means, with the line. */
function places(files: string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    linesOf(file).flatMap((line, index) => (pattern.test(line) ? [`${rel(file)}:${index + 1}`] : [])),
  );
}

describe('the pages', () => {
  // A row of a Markdown table cannot be broken. The bundles' cards are made by the training and pinned by a hash.
  it('keep to 120 columns, but for the rows of tables', () => {
    const wide = [...writtenFiles('.md')].flatMap((file) =>
      wideLines(file, (line) => line.trimStart().startsWith('|')),
    );
    expect(wide).to.deep.equal([]);
  });

  it('name only files that are there', () => {
    const named = [...writtenFiles('.md')].flatMap((file) =>
      [
        ...readFileSync(file, 'utf8').matchAll(
          /(?<![\w/.])(?:src|test|bench|scripts|docs|config)\/[\w./-]*\w/g,
        ),
      ].map(([path]) => ({ page: rel(file), path })),
    );
    expect(named.length).to.be.greaterThan(50);
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).to.deep.equal([]);
  });
});

describe('the code', () => {
  const code = [...writtenFiles('.ts', '.mjs', '.py', '.as')];
  const typescript = code.filter((file) => file.endsWith('.ts'));
  const source = typescript.filter((file) => rel(file).startsWith('src'));

  it('keeps to 120 columns', () => {
    expect(code.flatMap((file) => wideLines(file))).to.deep.equal([]);
  });

  it('has no file of over 300 lines in src', () => {
    const long = source.filter((file) => linesOf(file).length > 301).map(rel);
    expect(long).to.deep.equal([]);
  });

  it('names files in camelCase, and no two in src alike but index, errors and types', () => {
    const odd = code
      .filter((file) => !/^[a-z][A-Za-z0-9]*(\.[a-z]+)*\.[a-z]+$/.test(basename(file)))
      .map(rel);
    expect(odd).to.deep.equal([]);
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const file of source) {
      const name = basename(file);
      if (['index.ts', 'errors.ts', 'types.ts'].includes(name)) continue;
      if (seen.has(name)) twice.push(`${seen.get(name)} and ${rel(file)}`);
      seen.set(name, rel(file));
    }
    expect(twice).to.deep.equal([]);
  });

  it('has an index in every folder of src, and it opens with its story', () => {
    const folders = [...new Set(source.map(dirname))].filter((folder) => folder !== join(root, 'src'));
    const without = folders.filter((folder) => {
      const index = join(folder, 'index.ts');
      return !existsSync(index) || !readFileSync(index, 'utf8').startsWith('/**');
    });
    expect(without.map(rel)).to.deep.equal([]);
  });

  it('exports by name', () => {
    expect(places(source, /^export (type )?\*/)).to.deep.equal([]);
  });

  // A private constructor has no other way to be said.
  it('keeps to itself what is private by #, not by a word that only the compiler knows', () => {
    expect(places(typescript, /^\s*(private|protected) (?!constructor)/)).to.deep.equal([]);
  });

  it('says things in plain, current English', () => {
    const odd = [...code, ...writtenFiles('.md')].filter((file) => basename(file) !== 'architecture.test.ts');
    expect(places(odd, /\b(anew|to be had|how-?manieth|of which is whose|for ever)\b/i)).to.deep.equal([]);
  });
});
