export { type Archive, type ArchiveOptions, startArchive } from './archive.js';
