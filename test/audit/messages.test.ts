import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { auditMessage } from '../../src/audit/index.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { EVENTS } from './trails.js';

const SCHEMA = 'test/validators/auditMessage.rng';
const SOURCE = { host: 'mammo-1', processId: 4711, version: '1.2.3' };
const at = new Date('2026-03-01T10:00:00.123Z');
const messages = EVENTS.map((event) => auditMessage({ ...event, at }, SOURCE));
const of = (act: string) => messages[EVENTS.findIndex((event) => event.act === act)]!;

function validate(message: string): void {
  const file = join(scratchFolder('audit-message'), 'message.xml');
  writeFileSync(file, message);
  execFileSync('xmllint', ['--noout', '--relaxng', SCHEMA, file], { stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('Audit messages', () => {
  for (const [index, { act }] of EVENTS.entries())
    it(`keep to the schema of PS3.15 A.5.1: ${act} (${index + 1})`, function () {
      needs(this, 'xmllint');
      validate(messages[index]!);
    });

  it('are held against a schema that refuses others', function () {
    needs(this, 'xmllint');
    for (const [from, to] of [
      ['csd-code="110120"', 'code="110120"'],
      ['UserIsRequestor="false"', 'UserIsRequestor="perhaps"'],
      ['<AuditSourceTypeCode', '<Other'],
      ['EventOutcomeIndicator="0"', 'EventOutcomeIndicator="1"'],
    ] as const) {
      expect(of('start')).to.contain(from);
      expect(() => validate(of('start').replaceAll(from, to)), to).to.throw();
    }
  });

  it('are one line each, whatever comes in', () => {
    for (const message of messages) expect(message).to.not.match(/[\r\n\u2028\u2029\u0085]/);
    expect(messages[3]).to.contain('&#60;o&#39;hara &#38; &#34;sons&#34;&#62; 2 lines');
  });

  it('name who, what, when and how it ended', () => {
    expect(of('sign-in')).to.contain('csd-code="110114"').and.to.contain('csd-code="110122"');
    expect(of('sign-in')).to.contain('UserID="admin"').and.to.contain('NetworkAccessPointID="192.0.2.7"');
    expect(of('sign-in')).to.contain('EventDateTime="2026-03-01T10:00:00.123Z"');
    expect(messages[3]).to.contain('EventOutcomeIndicator="4"');
    expect(of('start')).to.contain('csd-code="110100"').and.to.contain('AlternativeUserID="änne"');
    expect(of('used')).to.contain('csd-code="110132"').and.to.contain('csd-code="retry"');
    expect(of('settings-changed')).to.contain('csd-code="110128"').and.to.contain('csd-code="110129"');
    expect(of('transferred')).to.contain('EventOutcomeIndicator="8"').and.to.contain('delivery-refused');
  });

  it('name every object by class and instance, its study and where it goes, and no patient', () => {
    const message = of('transfer-begun');
    expect(message).to.contain('ParticipantObjectID="2.25.1"').and.to.contain('csd-code="110180"');
    expect(message).to.contain('<SOPClass UID="1.2.840.10008.5.1.4.1.1.7" NumberOfInstances="2">');
    for (const uid of ['2.25.11', '2.25.12', '2.25.13'])
      expect(message).to.contain(`<Instance UID="${uid}"/>`);
    expect(message).to.contain('UserID="https://pacs.example/dicom-web"');
    for (const one of messages) expect(one).to.not.contain('ParticipantObjectTypeCode="1"');
  });
});
