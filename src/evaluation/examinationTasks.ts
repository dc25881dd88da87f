import { threadTask } from '../threads/index.js';
import { examine as examineImage } from './examination.js';

/** What a thread does for `ExaminationPool`. */
export const examine = threadTask(examineImage);
