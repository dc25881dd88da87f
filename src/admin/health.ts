import type { StatusSnapshot } from './serviceState.js';

/** What keeps the service from doing its work now, as sentences; empty when it is well. */
export function ailments({ now, startedAt, service, pacs }: StatusSnapshot): string[] {
  const found: string[] = [];
  if (service.state === 'stopping') found.push('The service is stopping.');
  if (pacs.reachable === false) {
    found.push(pacs.problem ?? 'The PACS cannot be reached.');
  }
  if (service.problem !== undefined) found.push(service.problem);
  // While it works a cycle may last as long as the work does.
  const last = service.lastCycle?.endedAt ?? startedAt;
  const age = (now.getTime() - last.getTime()) / 1000;
  if (service.state !== 'working' && age > service.staleAfterSeconds) {
    found.push(`The PACS was last looked at ${Math.round(age)} seconds ago.`);
  }
  return found;
}
