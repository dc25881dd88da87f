import { loadBundle } from '../../../model/index.js';
import { type Check, ok, warning } from '../types.js';

/** Is the bundle there, whole and as its maker wrote it, and on what terms may it be used? */
export const modelBundle: Check = {
  name: 'model',
  needs: [],
  run: async ({ settings }) => {
    const { name, version, termsOfUse } = await loadBundle(settings.model.bundle);
    const says = `${name} ${version}, every file as its maker wrote it`;
    if (termsOfUse === undefined) return ok(says);
    return warning(
      `${says}; terms of use: ${termsOfUse}`,
      'Keep to these terms, or name a model of your own in model.bundle.',
    );
  },
};
