import { inspectModel } from '../../../model/index.js';
import { type Check, ok, warning } from '../types.js';

/** Slower than this, a day of screening is not done in a day. */
const SLOW_MS = 20_000;

/** Which engine and device run the network here, and how fast? */
export const engineStart: Check = {
  name: 'engine',
  needs: ['model'],
  run: async ({ settings }) => {
    const { engine } = await inspectModel(settings.model.bundle, settings.model);
    const { name, device, reason, fourViewsMilliseconds } = engine;
    const says = `${name} on ${device}, four views in ${Math.round(fourViewsMilliseconds)} ms (${reason})`;
    if (fourViewsMilliseconds <= SLOW_MS) return ok(says);
    return warning(
      says,
      'Give the service more cores or a card that the engine can use (model.engine, model.device).',
    );
  },
};
