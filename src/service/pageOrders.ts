import { AdminError, type Person } from '../admin/index.js';
import { AuditError, type AuditTrail } from '../audit/index.js';
import type { Log } from '../poller/index.js';
import { inTime } from './inTime.js';
import type { LedgerView } from './ledgerView.js';
import { carryOut, type Order } from './orders.js';

/** As long as a person waits for the ledger. */
export const LEDGER_MS = 2000;

export interface PageOrderParts {
  trail: AuditTrail;
  /** What the page shows, out of date after an order. */
  view: Pick<LedgerView, 'forget'>;
  /** The service's: the page has none of its own. */
  log: Log;
}

/** Carries out what people order on the status page. */
export class PageOrders {
  readonly #parts: PageOrderParts;

  constructor(parts: PageOrderParts) {
    this.#parts = parts;
  }

  /**
   * @param answered its end in time for who waits. An order that comes to its end later is noted as what became of it
   * @throws AdminError `trail-unwritable`, `ledger-away`; otherwise what the work throws
   */
  carryOut<T>(
    by: Person,
    { work, ...order }: Order<T>,
    answered = (carried: Promise<T>) => inTime(carried, LEDGER_MS, () => orderLate('ledger-away')),
  ): Promise<T> {
    const { trail, view, log } = this.#parts;
    const { what, studies, said } = order;
    const person = { userId: by.name, alternativeUserId: by.identity };
    const logged = async () => {
      log.info(
        { by: nameOf(by), order: what, ...(studies && { studies }), ...said },
        'Ordered on the status page',
      );
      return work();
    };
    const carried = carryOut(trail, person, { ...order, work: logged })
      .catch((error: unknown) => {
        throw error instanceof AuditError ? unnoted(error) : error;
      })
      .finally(() => view.forget());
    return answered(carried);
  }
}

/** A user of the settings may be called as somebody of the hospital's sign-in is. */
export function nameOf({ name, by }: Person): string {
  return by === 'oidc' ? `${name} (hospital's sign-in)` : name;
}

function unnoted(cause: unknown): AdminError {
  return new AdminError('trail-unwritable', 'The audit trail cannot be written, so no order is taken.', {
    cause,
    remedy: 'Mend what the status page says of the audit trail, then order again.',
  });
}

/** Who ordered it waits no longer; the order goes on. */
export function orderLate(code: 'ledger-away' | 'pacs-away'): AdminError {
  const [who, check] = code === 'pacs-away' ? ['PACS', ''] : ['ledger', 'Check its database or disk. '];
  return new AdminError(code, `The ${who} does not answer in time: the order may still take effect.`, {
    remedy: `${check}mamori audit says how the order ended.`,
  });
}
