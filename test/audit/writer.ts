import { BY, openTrail } from './trails.js';

// A process of its own that writes: FOLDER, how many, and what a file may hold.
const [folder, count, fileBytes] = process.argv.slice(2);
const trail = await openTrail(folder!, { fileBytes: Number(fileBytes) });
for (let number = 1; number <= Number(count); number++) {
  trail.record({ act: 'used', what: 'retry', by: BY, detail: `${process.pid} ${number}` });
  if (number % 7 === 0) await trail.written();
}
await trail.close();
