/** A coded concept as the audit schema has it (PS3.15 A.5.1: CodedValueType). */
export interface AuditCode {
  code: string;
  scheme: string;
  meaning: string;
}

const dcm = (code: string, meaning: string): AuditCode => ({ code, scheme: 'DCM', meaning });

/** CID 400 Audit Event ID. */
export const EVENT = {
  applicationActivity: dcm('110100', 'Application Activity'),
  auditLogUsed: dcm('110101', 'Audit Log Used'),
  beginTransferring: dcm('110102', 'Begin Transferring DICOM Instances'),
  transferred: dcm('110104', 'DICOM Instances Transferred'),
  securityAlert: dcm('110113', 'Security Alert'),
  userAuthentication: dcm('110114', 'User Authentication'),
};

/** CID 401 Audit Event Type Code. */
export const EVENT_TYPE = {
  start: dcm('110120', 'Application Start'),
  stop: dcm('110121', 'Application Stop'),
  login: dcm('110122', 'Login'),
  logout: dcm('110123', 'Logout'),
  networkConfiguration: dcm('110128', 'Network Configuration'),
  securityConfiguration: dcm('110129', 'Security Configuration'),
  softwareConfiguration: dcm('110131', 'Software Configuration'),
  restrictedFunction: dcm('110132', 'Use of Restricted Function'),
  securityAttributes: dcm('110135', 'Object Security Attributes Changed'),
  securityRoles: dcm('110136', 'Security Roles Changed'),
  userSecurityAttributes: dcm('110137', 'User Security Attributes Changed'),
};

/** CID 402 Audit Active Participant Role ID Code. */
export const ROLE = {
  application: dcm('110150', 'Application'),
  launcher: dcm('110151', 'Application Launcher'),
  destination: dcm('110152', 'Destination Role ID'),
  source: dcm('110153', 'Source Role ID'),
};

/** CID 404 Audit Participant Object ID Type Code, and RFC 3881's own. */
export const OBJECT_ID = {
  study: dcm('110180', 'Study Instance UID'),
  node: dcm('110182', 'Node ID'),
  uri: { code: '12', scheme: 'RFC-3881', meaning: 'URI' },
};

/** What a person used, in our own words: `retry`, `pause`. */
export function ownCode(what: string): AuditCode {
  return { code: what, scheme: '99MAMORI', meaning: what };
}
