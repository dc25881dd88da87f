import { Html, html } from '../html.js';
import type { AuditCode } from './auditCodes.js';

/** What XML 1.0 cannot hold, or what would begin a new line of the trail. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/g;

/** A text that fits into one line of XML: control characters become spaces, halves of characters U+FFFD. */
export function clean(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replace(UNFIT, ' ');
}

/** Attributes in their order; those without a value are left out. */
export function attributes(values: Record<string, string | undefined>): Html {
  const written = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [html` ${new Html(name)}="${clean(value)}"`],
  );
  return new Html(written.map(({ text }) => text).join(''));
}

/** CodedValueType of PS3.15 A.5.1. */
export function coded(element: string, { code, scheme, meaning }: AuditCode): Html {
  const named = attributes({ 'csd-code': code, codeSystemName: scheme, originalText: meaning });
  return html`<${new Html(element)}${named}/>`;
}
