/**
 * The PACS as Mamori sees it: a DICOMweb service (PS3.18) that is searched (QIDO-RS), read (WADO-RS), written to
 * (STOW-RS) and read back.
 *
 * `dicomweb.ts` is the way in: one object for one PACS, safe for concurrent use. What it offers is said in the words
 * of an exam (studies in a range of dates, the instances of a study, one instance as a file, store, confirm); how
 * servers fall short of the standard stays in here. `studySearch.ts` halves the range of dates where a server lists
 * too little, `instanceSearch.ts` asks series by series where a study's instances come without theirs, `listing.ts`
 * turns pages until nothing new comes, `optionalKeys.ts` does without what a server refuses to be asked.
 *
 * Under it are two layers. dicomweb-client forms addresses, parameters and headers (`client.ts`, `clientCalls.ts`);
 * `transport.ts` sends them: pooled connections, credentials (`credentials.ts`), TLS, time-outs, redirects, repeats
 * (`requestRetry.ts`). In between, bodies are decoded (`decode.ts`, `multipart.ts`, `body.ts`) without being copied.
 *
 * `pacsProbe.ts` asks single questions as they are and gives what came back, for whoever wants to know how a server is.
 *
 * An answer to a store request (`storeAnswer.ts`) is never proof: only `confirm`, which reads back, is. Every failure
 * is a `PacsError` with a code, an address without secrets, and whether it may pass by itself (`errors.ts`,
 * `failure.ts`); none ever carries text that the server sent, since that may hold patient data.
 */
export type {
  ClientCredentials,
  Credentials,
  DicomWebOptions,
  ProxySettings,
  Timeouts,
  TlsSettings,
} from './connectionSettings.js';
export { DicomWeb } from './dicomweb.js';
export { isIncompleteListing, isPacsErrorCode, PacsError, type PacsErrorCode } from './errors.js';
export type { InstanceRecord } from './instanceSearch.js';
export {
  boundaryOf,
  MultipartError,
  type Part,
  parameter as multipartParameter,
  readMultipart,
} from './multipart.js';
export { type Answered, PacsProbe } from './pacsProbe.js';
export type { InstanceOutcome, InstanceToStore, StoreAnswer, StoreReason } from './storeAnswer.js';
export type { StudyQuery, StudyRecord } from './studySearch.js';
