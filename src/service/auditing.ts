import type { AccessListener } from '../admin/index.js';
import { type AuditError, AuditTrail, Forwarder, operator } from '../audit/index.js';
import { installedVersion, type Settings, type SettingsByKey, settingsByKey } from '../config/index.js';
import type { DeliveryWatch, Log } from '../poller/index.js';

const MEGABYTE = 1024 * 1024;

/** The audit trail of a process, with what sends it on. */
export interface Audit {
  trail: AuditTrail;
  /** Why it cannot be written or sent on now; undefined where all is well. */
  readonly trouble: AuditError | undefined;
  close(): Promise<void>;
}

/**
 * Opens the audit trail, and notes that this process starts, which orders were lost with theirs, and which settings are
 * others than at the last start.
 *
 * @throws AuditError `audit-unwritable`: what cannot be proved later is not begun
 */
export async function openAudit(settings: Settings, log: Log): Promise<Audit> {
  const trail = await openTrail(settings, log);
  const by = operator();
  const command = commandName();
  try {
    await trail.noteLost();
    await trail.noteSettings(withUserNames(settings), by);
    await trail.recordNow({ act: 'start', command, by });
  } catch (error) {
    await trail.close();
    throw error;
  }
  const { syslog } = settings.audit;
  const forwarder = syslog === undefined ? undefined : new Forwarder(trail, syslog, log);
  return {
    trail,
    get trouble() {
      return trail.trouble ?? forwarder?.trouble;
    },
    close: async () => {
      trail.record({ act: 'stop', command, by });
      await trail.written().catch(() => {});
      await forwarder?.close();
      await trail.close();
    },
  };
}

/** All settings by key, those of a user under the user's name: who comes first in the list says nothing. */
function withUserNames(settings: Settings): SettingsByKey {
  const { users } = settings.admin;
  const named = (entries: SettingsByKey['values']) =>
    new Map(
      [...entries]
        .filter(([key]) => !/^admin\.users\.\d+\.name$/.test(key))
        .map(([key, value]) => [
          key.replace(/^(admin\.users\.)(\d+)/, (_, start, place) => `${start}${users[Number(place)]!.name}`),
          value,
        ]),
    );
  const { values, secrets } = settingsByKey(settings);
  return { values: named(values), secrets: named(secrets) };
}

/** Notes that somebody reads the trail; an account that may only read leaves no line, which the log says. */
export async function noteReading(settings: Settings, log: Log): Promise<void> {
  try {
    await withTrail(settings, log, (trail) =>
      trail.recordNow({ act: 'trail-read', trail: settings.audit.folder, by: operator() }),
    );
  } catch (error) {
    log.warn({ reason: (error as AuditError).message }, 'That the audit trail was read is not noted in it');
  }
}

/** Notes every object that goes to the archive. */
export function deliveriesInto(trail: AuditTrail, { pacs }: Pick<Settings, 'pacs'>): DeliveryWatch {
  const to = pacs.stowUrl;
  return {
    begun: (study, instances) => trail.record({ act: 'transfer-begun', study, to, instances }),
    ended: (study, instances, failure) =>
      trail.record({ act: 'transferred', study, to, instances, failure: failure?.code }),
  };
}

/** Does what the trail has to tell of while it goes on. @throws AuditError `audit-unwritable` */
export async function withTrail<T>(
  settings: Settings,
  log: Log,
  work: (trail: AuditTrail) => Promise<T>,
): Promise<T> {
  const trail = await openTrail(settings, log);
  try {
    return await work(trail);
  } finally {
    await trail.close();
  }
}

function openTrail({ audit }: Settings, log: Log): Promise<AuditTrail> {
  const { folder, fileMegabytes } = audit;
  return AuditTrail.open({ folder, fileBytes: fileMegabytes * MEGABYTE, version: installedVersion(), log });
}

/** `mamori run` is `run`. */
function commandName(): string {
  return process.argv[2] ?? 'mamori';
}

/** What anybody can make happen again and again without a right is said once a minute. */
const SAID_AGAIN_MS = 60_000;
const MOST_REMEMBERED = 1000;

/**
 * Notes who comes in, who does not, and who was not let.
 *
 * @param now milliseconds of a clock that is never set: by one that was set back by hours, no refusal would be noted
 *   for as long
 */
export function accessInto(trail: AuditTrail, now: () => number = () => performance.now()): AccessListener {
  // Each kind for itself: whoever has no account must not hide what somebody with one tries.
  const told = { refused: new Map(), 'held-off': new Map(), forbidden: new Map() };
  const isTold = (kind: keyof typeof told, key: string) => {
    const toldAt: Map<string, number> = told[kind];
    const moment = now();
    for (const [one, at] of toldAt) if (moment - at >= SAID_AGAIN_MS) toldAt.delete(one);
    if (toldAt.has(key) || toldAt.size >= MOST_REMEMBERED) return true;
    toldAt.set(key, moment);
    return false;
  };
  return ({ kind, user, address, by, identity, of }) => {
    const person = { userId: user, alternativeUserId: identity, address };
    switch (kind) {
      case 'signed-in':
        return trail.record({ act: 'sign-in', by: person });
      case 'signed-out':
        return trail.record({ act: 'sign-out', by: person });
      case 'session-ended':
        return trail.record({ act: 'used', what: 'end-session', by: person, detail: `of ${of}` });
      case 'refused':
        // Each wrong password is a line of its own, and those are few: guessing is held off.
        if (by === 'oidc' && isTold(kind, address)) return;
        return trail.record({ act: 'sign-in', by: person, failure: `refused (${by})` });
      case 'held-off':
        if (!isTold(kind, address))
          trail.record({ act: 'sign-in', by: person, failure: `held off after too many guesses (${by})` });
        return;
      case 'forbidden':
        if (isTold(kind, JSON.stringify([user, identity, address]))) return;
        return trail.record({ act: 'used', what: 'order', by: person, failure: `without the right (${by})` });
    }
  };
}
