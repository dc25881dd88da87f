import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { giveToOwner } from './trailFiles.js';

/**
 * What an order holds while it is under way: a lock on a file of its own, in the trail's folder. The operating system
 * lets go of it when the process dies, however it dies, so that every other process can see that, in another container
 * and after a new start of the machine as well, where numbers of processes prove nothing.
 */
export class OrderLock {
  readonly #file: string;
  readonly #connection: Libsql.Database;

  private constructor(file: string, connection: Libsql.Database) {
    this.#file = file;
    this.#connection = connection;
  }

  /** Undefined where it is held, or cannot be seen by this account. Throws the system's own error for a new one. */
  static take(folder: string, id: string): OrderLock | undefined {
    const file = join(folder, `order-${id}.lock`);
    // Not opened if it is there: closing it would let go of the locks that this process has on it.
    if (!existsSync(file)) {
      closeSync(openSync(file, 'a', 0o600));
      giveToOwner(folder, file);
    }
    let connection: Libsql.Database | undefined;
    try {
      connection = new Libsql(file, { timeout: 0 });
      // By `exec` alone: the library lets go of a file only when its prepared statements are collected.
      connection.exec('BEGIN EXCLUSIVE');
      return new OrderLock(file, connection);
    } catch {
      connection?.close();
      return undefined;
    }
  }

  /** The order has its end in the trail. */
  remove(): void {
    rmSync(this.#file, { force: true });
    this.release();
  }

  /** The order has no end in the trail, and will get none from this process. */
  release(): void {
    this.#connection.exec('ROLLBACK');
    this.#connection.close();
  }
}
