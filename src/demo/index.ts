export { type Archive, type ArchiveOptions, startArchive } from './archive.js';
export { demoExam } from './demoExam.js';
