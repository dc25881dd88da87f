/**
 * The table of a doctor's checks: a row is a check, in the order in which they are asked. What lies on this machine
 * comes first, then the way to the PACS from its name to its credentials, then what the PACS does.
 *
 * A check is a file here. It names those without which it makes no sense, and says its result in one line.
 */
import type { Check } from '../types.js';
import { auditFolder } from './auditFolder.js';
import { certificate } from './certificate.js';
import { clock } from './clock.js';
import { closedExams } from './closedExams.js';
import { compressedPictures } from './compressedPictures.js';
import { diskRoom } from './diskRoom.js';
import { encryption } from './encryption.js';
import { engineStart } from './engineStart.js';
import { examImages } from './examImages.js';
import { examsTaken } from './examsTaken.js';
import { hostNames } from './hostNames.js';
import { imageFile } from './imageFile.js';
import { ledgerFile } from './ledgerFile.js';
import { login } from './login.js';
import { messages } from './messages.js';
import { modelBundle } from './modelBundle.js';
import { paging } from './paging.js';
import { portsOpen } from './portsOpen.js';
import { scheme } from './scheme.js';
import { searchFilters } from './searchFilters.js';
import { secrets } from './secrets.js';
import { statusPort } from './statusPort.js';
import { storing } from './storing.js';
import { studyList } from './studyList.js';
import { timeZone } from './timeZone.js';
import { tlsFiles } from './tlsFiles.js';
import { uidLetters } from './uidLetters.js';

export const CHECKS: readonly Check[] = [
  modelBundle,
  engineStart,
  diskRoom,
  ledgerFile,
  auditFolder,
  statusPort,
  messages,
  secrets,
  encryption,
  hostNames,
  portsOpen,
  scheme,
  tlsFiles,
  certificate,
  login,
  clock,
  studyList,
  searchFilters,
  paging,
  timeZone,
  examsTaken,
  closedExams,
  examImages,
  imageFile,
  uidLetters,
  storing,
  compressedPictures,
];
