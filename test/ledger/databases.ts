import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { postgresServer, requirePostgres } from './postgresServer.js';

/** A database of one kind for one test, and what tests want to know or do past the ledger. */
export interface TestDatabase {
  /** What `openLedger` takes. */
  url: string;
  /** How many objects' bytes are kept. */
  keptBytes(): Promise<number>;
  /** Changes the bytes of one object and removes those of another. */
  damageBytes(): Promise<void>;
  /** How many events there are of all exams. */
  events(): Promise<number>;
  /** Runs a statement. */
  force(sql: string): Promise<void>;
  remove(): Promise<void>;
}

interface Kind {
  name: string;
  require(test: Mocha.Context): void;
  make(): Promise<TestDatabase>;
}

/** Every database that keeps a ledger. What the ledger promises, it promises on each. */
const KINDS: readonly Kind[] = [
  { name: 'SQLite', require: () => {}, make: async () => sqlite() },
  { name: 'PostgreSQL', require: requirePostgres, make: postgres },
];

/** A suite over every database. */
export function onEveryDatabase(title: string, suite: (make: () => Promise<TestDatabase>) => void): void {
  for (const { name, require, make } of KINDS)
    describe(`${title} in ${name}`, () => {
      before(function () {
        require(this);
      });
      suite(make);
    });
}

function sqlite(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'mamori-ledger-'));
  const file = join(folder, 'mamori.db');
  const files = () =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.dcm'));
  const direct = <T>(work: (database: Libsql.Database) => T): T => {
    const database = new Libsql(file);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    url: `sqlite:${file}`,
    keptBytes: async () => files().length,
    damageBytes: async () => {
      const [first, second] = files().map((name) => join(folder, name));
      const bytes = readFileSync(first!);
      bytes[500] = 99;
      writeFileSync(first!, bytes);
      rmSync(second!);
    },
    events: async () =>
      direct((database) => {
        const [{ count }] = database.prepare('SELECT COUNT(*) AS count FROM events').all() as [
          { count: number },
        ];
        return count;
      }),
    force: async (sql) => {
      direct((database) => database.exec(sql));
    },
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

async function postgres(): Promise<TestDatabase> {
  const server = await postgresServer();
  const url = await server.makeDatabase();
  const count = async (table: string) => {
    const [row] = await server.ask<{ count: string }>(`SELECT COUNT(*) AS count FROM mamori.${table}`, url);
    return Number(row!.count);
  };
  return {
    url,
    keptBytes: () => count('kept_bytes'),
    damageBytes: async () => {
      const [first, second] = await server.ask<{ name: string }>('SELECT name FROM mamori.kept_bytes', url);
      await server.ask(
        `UPDATE mamori.byte_pieces SET bytes = set_byte(bytes, 500, 99) WHERE name = '${first!.name}';
         DELETE FROM mamori.byte_pieces WHERE name = '${second!.name}'`,
        url,
      );
    },
    events: () => count('events'),
    force: async (sql) => {
      await server.ask(`SET search_path = mamori; ${sql}`, url);
    },
    remove: () => server.dropDatabase(url),
  };
}
