#!/usr/bin/env node
// Compiles src/image/kernels/*.as (AssemblyScript) to WebAssembly and keeps each beside its source as a
// TypeScript module holding the bytes in base64, so that neither tsc nor a user needs the compiler.
//
//   node scripts/buildKernels.mjs           writes src/image/kernels/*.wasm.ts
//   node scripts/buildKernels.mjs --check   exits 1 where a kept module differs from its source's
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = new URL('../src/image/kernels/', import.meta.url).pathname;

async function compile(name) {
  let binary;
  const { error, stderr } = await asc.main(
    [`${name}.ts`, '--outFile', 'out.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
    {
      // AssemblyScript looks for .ts; ours end in .as so that tsc and the linter leave them alone.
      readFile: (path) =>
        basename(path) === `${name}.ts` ? readFileSync(join(folder, `${name}.as`), 'utf8') : null,
      writeFile: (path, contents) => {
        if (path.endsWith('.wasm')) binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${name}.as: ${error.message}\n${stderr.toString()}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,100}/g)
    .map((line) => `  '${line}',`);
  const head = `// Made from ${name}.as by scripts/buildKernels.mjs; do not edit.`;
  return `${head}\nexport default [\n${lines.join('\n')}\n].join('');\n`;
}

let stale = 0;
for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.as'))) {
  const name = basename(file, '.as');
  const target = join(folder, `${name}.wasm.ts`);
  const made = await compile(name);
  if (!process.argv.includes('--check')) writeFileSync(target, made);
  else if (readFileSync(target, 'utf8') !== made) {
    console.error(`${name}.wasm.ts does not match ${name}.as: run node scripts/buildKernels.mjs`);
    stale++;
  }
}
process.exitCode = stale ? 1 : 0;
