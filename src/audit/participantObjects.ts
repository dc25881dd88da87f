import { type Html, html } from '../html.js';
import { OBJECT_ID } from './auditCodes.js';
import type { AuditedInstance } from './auditEvent.js';
import { attributes, coded } from './messageXml.js';

/** A ParticipantObjectIdentification of PS3.15 A.5.1. */
export interface AuditedThing {
  xml: Html;
}

/** A study, and the objects in it that the event is about, by SOP class. */
export function study(uid: string, instances: readonly AuditedInstance[] = []): AuditedThing {
  const classes = [...new Set(instances.map(({ sopClassUID }) => sopClassUID))];
  const described = classes.map((sopClassUID) => {
    const ofClass = instances.filter((instance) => instance.sopClassUID === sopClassUID);
    const named = attributes({ UID: sopClassUID, NumberOfInstances: String(ofClass.length) });
    const each = ofClass.map(({ sopInstanceUID }) => html`<Instance${attributes({ UID: sopInstanceUID })}/>`);
    return html`<SOPClass${named}>${each}</SOPClass>`;
  });
  const description =
    described.length === 0
      ? undefined
      : html`<ParticipantObjectDescription>${described}</ParticipantObjectDescription>`;
  const named = attributes({
    ParticipantObjectID: uid,
    ParticipantObjectTypeCode: '2',
    ParticipantObjectTypeCodeRole: '3',
  });
  return {
    xml: html`<ParticipantObjectIdentification${named}>${coded(
      'ParticipantObjectIDTypeCode',
      OBJECT_ID.study,
    )}<ParticipantObjectName>Study</ParticipantObjectName>${description}</ParticipantObjectIdentification>`,
  };
}

export function studies(uids: readonly string[]): AuditedThing[] {
  return uids.map((uid) => study(uid));
}

/** This machine as the subject of an alert (A.5.3.11), which is said in words. */
export function node(host: string, ...alerts: readonly string[]): AuditedThing {
  const named = attributes({
    ParticipantObjectID: host,
    ParticipantObjectTypeCode: '2',
    ParticipantObjectTypeCodeRole: '13',
  });
  const details = alerts.map((alert) => {
    const value = Buffer.from(alert, 'utf8').toString('base64');
    return html`<ParticipantObjectDetail${attributes({ type: 'Alert Description', value })}/>`;
  });
  return {
    xml: html`<ParticipantObjectIdentification${named}>${coded(
      'ParticipantObjectIDTypeCode',
      OBJECT_ID.node,
    )}<ParticipantObjectName>Mamori</ParticipantObjectName>${details}</ParticipantObjectIdentification>`,
  };
}
