import { type Html, html } from '../html.js';
import { type AuditCode, EVENT, EVENT_TYPE, OBJECT_ID, ownCode, ROLE } from './auditCodes.js';
import type { Person, SettingChange, TimedEvent } from './auditEvent.js';
import { attributes, clean, coded } from './messageXml.js';
import { type AuditedThing, node, studies, study } from './participantObjects.js';

/** Where the messages come from. */
export interface AuditSource {
  host: string;
  processId: number;
  version: string;
}

interface Participant {
  userId: string;
  alternativeUserId?: string | undefined;
  userName?: string | undefined;
  isRequestor: boolean;
  role?: AuditCode;
  at?: { id: string; type: '1' | '2' | '5' } | undefined;
}

interface Message {
  event: AuditCode;
  types: readonly AuditCode[];
  action: 'C' | 'R' | 'U' | 'E';
  participants: readonly Participant[];
  things: readonly AuditedThing[];
  failure?: string | undefined;
}

/**
 * One event as an audit message of DICOM PS3.15 A.5, in one line of XML. Where A.5.3 wants the patient as a
 * participant object, there is none: see docs/security.md.
 */
export function auditMessage(event: TimedEvent, source: AuditSource): string {
  const message = messageOf(event, source);
  const outcome = {
    EventActionCode: message.action,
    EventDateTime: event.at.toISOString(),
    EventOutcomeIndicator: message.failure === undefined ? '0' : SERIOUS.has(event.act) ? '8' : '4',
  };
  const description =
    message.failure === undefined
      ? undefined
      : html`<EventOutcomeDescription>${clean(message.failure)}</EventOutcomeDescription>`;
  const types = message.types.map((type) => coded('EventTypeCode', type));
  return html`<AuditMessage><EventIdentification${attributes(outcome)}>${coded('EventID', message.event)}${types}${
    description
  }</EventIdentification>${message.participants.map(participantXml)}<AuditSourceIdentification${attributes({
    AuditSourceID: `mamori@${source.host}`,
  })}><AuditSourceTypeCode csd-code="4"/></AuditSourceIdentification>${message.things.map(
    ({ xml }) => xml,
  )}</AuditMessage>`.text;
}

/** Acts whose failure leaves something undone that somebody has to see to. */
const SERIOUS: ReadonlySet<string> = new Set(['transferred', 'trail-disturbed']);

function messageOf(event: TimedEvent, source: AuditSource): Message {
  const itself = processOf(source);
  switch (event.act) {
    case 'start':
    case 'stop':
      return {
        event: EVENT.applicationActivity,
        types: [EVENT_TYPE[event.act]],
        action: 'E',
        participants: [
          { ...itself, userName: `Mamori ${source.version}: ${event.command}`, role: ROLE.application },
          { ...person(event.by), role: ROLE.launcher },
        ],
        things: [],
      };
    case 'sign-in':
    case 'sign-out':
      return {
        event: EVENT.userAuthentication,
        types: [event.act === 'sign-in' ? EVENT_TYPE.login : EVENT_TYPE.logout],
        action: 'E',
        participants: [person(event.by), itself],
        things: [],
        failure: event.act === 'sign-in' ? event.failure : undefined,
      };
    case 'transfer-begun':
    case 'transferred':
      return {
        event: event.act === 'transferred' ? EVENT.transferred : EVENT.beginTransferring,
        types: [],
        action: event.act === 'transferred' ? 'C' : 'E',
        participants: [
          { ...itself, isRequestor: true, role: ROLE.source },
          { userId: event.to, isRequestor: false, role: ROLE.destination, at: { id: event.to, type: '5' } },
        ],
        things: [study(event.study, event.instances)],
        failure: event.act === 'transferred' ? event.failure : undefined,
      };
    case 'used':
      return {
        event: EVENT.securityAlert,
        types: [EVENT_TYPE.restrictedFunction, ownCode(event.what)],
        action: 'E',
        participants: [person(event.by), itself],
        things: [
          node(source.host, event.detail === undefined ? event.what : `${event.what}: ${event.detail}`),
          ...studies(event.studies ?? []),
        ],
        failure: event.failure,
      };
    case 'settings-changed':
      return {
        event: EVENT.securityAlert,
        types: configurationTypes(event.changes),
        action: 'U',
        participants: [{ ...itself, isRequestor: true }, person(event.by)],
        things: [node(source.host, ...event.changes.map(changeText))],
      };
    case 'trail-read':
      return {
        event: EVENT.auditLogUsed,
        types: [],
        action: 'R',
        participants: [person(event.by), itself],
        things: [{ xml: trailXml(event.trail) }],
      };
    case 'trail-disturbed':
      return {
        event: EVENT.securityAlert,
        types: [EVENT_TYPE.securityAttributes, ownCode('audit-trail')],
        action: 'E',
        participants: [{ ...itself, isRequestor: true }],
        things: [node(source.host, event.what)],
        failure: event.what,
      };
  }
}

function processOf({ host, processId }: AuditSource): Participant {
  return {
    userId: 'mamori',
    alternativeUserId: String(processId),
    isRequestor: false,
    at: { id: host, type: '1' },
  };
}

function person({ userId, alternativeUserId, address }: Person): Participant {
  return {
    userId,
    alternativeUserId,
    isRequestor: true,
    at: address === undefined ? undefined : { id: address, type: '2' },
  };
}

function participantXml(participant: Participant): Html {
  const { userId, alternativeUserId, userName, isRequestor, role, at } = participant;
  const named = attributes({
    UserID: userId,
    AlternativeUserID: alternativeUserId,
    UserName: userName,
    UserIsRequestor: String(isRequestor),
    NetworkAccessPointID: at?.id,
    NetworkAccessPointTypeCode: at?.type,
  });
  const roles = role === undefined ? [] : [coded('RoleIDCode', role)];
  return html`<ActiveParticipant${named}>${roles}</ActiveParticipant>`;
}

function trailXml(trail: string): Html {
  const named = attributes({
    ParticipantObjectID: trail,
    ParticipantObjectTypeCode: '2',
    ParticipantObjectTypeCodeRole: '13',
  });
  return html`<ParticipantObjectIdentification${named}>${coded(
    'ParticipantObjectIDTypeCode',
    OBJECT_ID.uri,
  )}<ParticipantObjectName>Security Audit Log</ParticipantObjectName></ParticipantObjectIdentification>`;
}

/** Sections of the settings that say who may do what, and with whom Mamori talks. */
const SECURITY = /^(admin|audit)\.|\.(auth|tls)\./;
const NETWORK = /^(pacs|ledger|notify)\.|^admin\.listen/;
/** Who there is and with which password, and who may do what. */
const USERS = /^admin\.users\./;
const ROLES = /^admin\.(users\..*\.role$|oidc\.roles\.)/;

function configurationTypes(changes: readonly SettingChange[]): AuditCode[] {
  const { securityConfiguration, networkConfiguration, softwareConfiguration } = EVENT_TYPE;
  const { securityRoles, userSecurityAttributes } = EVENT_TYPE;
  const types = changes.flatMap(({ key }) => {
    const found = [
      ...(SECURITY.test(key) ? [securityConfiguration] : []),
      ...(NETWORK.test(key) ? [networkConfiguration] : []),
      ...(USERS.test(key) ? [userSecurityAttributes] : []),
      ...(ROLES.test(key) ? [securityRoles] : []),
    ];
    return found.length === 0 ? [softwareConfiguration] : found;
  });
  return [...new Set(types)];
}

function changeText({ key, secret, from, to }: SettingChange): string {
  if (secret !== undefined) return `${key} ${secret}`;
  return `${key}: ${from ?? '(none)'} → ${to ?? '(none)'}`;
}
