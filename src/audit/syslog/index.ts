/**
 * The trail sent on to a syslog receiver of the hospital's: RFC 5424 over TLS (RFC 5425), TCP or UDP (RFC 5426), in the
 * form that DICOM PS3.15 A.6 gives it.
 *
 * `forwarder.ts` follows the file and remembers how far it got, `syslogMessage.ts` makes a message of a line,
 * `receiver.ts` is the way to the receiver.
 */
export { Forwarder } from './forwarder.js';
export { checkSyslog, type SyslogOptions } from './receiver.js';
