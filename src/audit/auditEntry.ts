import { SaxesParser } from 'saxes';
import type { Link } from './chain/index.js';

/** What a line of the trail says, in a few words. */
export interface AuditEntry {
  sequence: number;
  at: string;
  event: string;
  /** Types of the event, such as `Login` or `retry`. */
  types: string[];
  /** Who asked for it. */
  by: string;
  failure: string | undefined;
  /** What it is about: study UIDs, a node's alert. */
  about: string[];
  /** How many objects. */
  instances: number;
}

/** Reads a message back. A line that was damaged gives what can be read of it. */
export function entryOf({ sequence, message }: Link): AuditEntry {
  const entry: AuditEntry = {
    sequence,
    at: '',
    event: '',
    types: [],
    by: '',
    failure: undefined,
    about: [],
    instances: 0,
  };
  const parser = new SaxesParser();
  let inFailure = false;
  let roleOfObject = '';
  parser.on('error', () => {});
  parser.on('opentag', ({ name, attributes }) => {
    const text = (key: string) => String(attributes[key] ?? '');
    if (name === 'EventIdentification') entry.at = text('EventDateTime');
    if (name === 'EventID') entry.event = text('originalText');
    if (name === 'EventTypeCode') entry.types.push(text('originalText'));
    if (name === 'ActiveParticipant' && text('UserIsRequestor') === 'true' && entry.by === '')
      entry.by = [text('UserID'), text('AlternativeUserID')].filter((part) => part !== '').join('/');
    if (name === 'ParticipantObjectIdentification') {
      roleOfObject = text('ParticipantObjectTypeCodeRole');
      if (roleOfObject === STUDY) entry.about.push(text('ParticipantObjectID'));
    }
    if (name === 'ParticipantObjectDetail')
      entry.about.push(Buffer.from(text('value'), 'base64').toString('utf8'));
    if (name === 'Instance') entry.instances++;
    inFailure = name === 'EventOutcomeDescription';
  });
  parser.on('text', (text) => {
    if (inFailure) entry.failure = (entry.failure ?? '') + text;
  });
  parser.on('closetag', () => {
    inFailure = false;
  });
  try {
    parser.write(message).close();
  } catch {
    // What was read so far is what there is to tell; `verify` names the line.
  }
  return entry;
}

/** ParticipantObjectTypeCodeRole of a study: 3, report. */
const STUDY = '3';
