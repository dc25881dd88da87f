/** Puts the parts together: what a running Mamori consists of, opened from its settings. */
export { openLog } from './logger.js';
export { algorithmOf, openPacs, openService, openWorkbench, type Service } from './service.js';
export { statusOf } from './serviceStatus.js';
export { stageSeconds } from './stageSeconds.js';
