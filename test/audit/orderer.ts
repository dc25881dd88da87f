import { BY, openTrail } from './trails.js';

// A process of its own that has an order under way in the trail of FOLDER, until it is killed.
const trail = await openTrail(process.argv[2]!);
await trail.begin({
  act: 'used',
  what: 'retry',
  by: BY,
  studies: ['2.25.1'],
  detail: '{"states":["failed"]}',
});
process.send!('begun');
setInterval(() => {}, 60_000);
