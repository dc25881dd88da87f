/** Query parameters whose values must not be seen in messages and logs. */
const SECRET_PARAMETER = /token|secret|password|passwd|pwd|key|signature|sig|auth|credential|session|code/i;
/** Query parameters that name a patient. */
const PATIENT_PARAMETER = /^(patient|0010)/i;

/** The address as it may stand in a message: no userinfo, no fragment, no values of telling query parameters. */
export function publicUrl(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return '(unreadable address)';
  }
  const query = url.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const name = part.split('=', 1)[0] ?? '';
      return SECRET_PARAMETER.test(name) || PATIENT_PARAMETER.test(name) ? `${name}=…` : part;
    })
    .join('&');
  return `${url.protocol}//${url.host}${url.pathname}${query === '' ? '' : `?${query}`}`;
}
