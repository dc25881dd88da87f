/**
 * A hospital on one machine: the archive that `mamori demo` shows itself with, and the exam that lies in it.
 *
 * The archive is a small DICOMweb server over what it holds in memory, and in a folder where one is given:
 * `archive.ts` has the addresses, `archiveQuery.ts` QIDO-RS, `archiveRetrieval.ts` WADO-RS, `archiveStorage.ts`
 * STOW-RS, `archiveHoldings.ts` the instances. It listens on 127.0.0.1 only, knows no accounts and does not transcode.
 * Tests use it wherever an archive without quirks will do; the others run against a real Orthanc.
 *
 * The exam (`demoExam.ts`) is of an invented patient: the phantom drew it.
 */
export { type Archive, type ArchiveOptions, startArchive } from './archive.js';
export { demoExam } from './demoExam.js';
