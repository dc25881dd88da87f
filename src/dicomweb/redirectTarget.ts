/** Where a redirect leads; undefined where that is out of http, or from https back to http. */
export function redirectTarget(from: URL, location: string): URL | undefined {
  let target: URL;
  try {
    target = new URL(location, from);
  } catch {
    return undefined;
  }
  if (target.protocol !== 'https:' && (target.protocol !== 'http:' || from.protocol === 'https:'))
    return undefined;
  target.username = '';
  target.password = '';
  target.hash = '';
  return target;
}
