import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { positional } from '../../src/ledger/postgres/positional.js';
import { list as listInPostgres } from '../../src/ledger/postgres/statements/lookStatements.js';
import { list as listInSqlite } from '../../src/ledger/sqlite/statements/looking.js';
import type { Listing } from '../../src/ledger/statements.js';
import { postgresServer, requirePostgres } from './postgresServer.js';

const ALL: Listing = {
  ...{ states: null, study: null, codes: null, from: null, to: null, limit: 50 },
  ...{ model: null, version: null, digest: null },
};

const COLUMNS =
  'study_instance_uid, model_name, model_version, settings_digest, state, fingerprint, first_seen_at, last_seen_at, ' +
  'changed_at, updated_at, closed_at, answer_revision, code';
const VALUES =
  "'2.25.5' || n, 'm', '1', 'd', 'delivered', 'f', n, n, n, n, n, 1, CASE n % 10 WHEN 0 THEN 'usual' END";

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
  /** Puts so many delivered exams into it, every tenth with a code. */
  fill(exams: number): Promise<void>;
  /** How it finds exams of a list. */
  planOf(asked: Partial<Listing>): Promise<string>;
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
    fill: async (exams) => {
      direct((database) =>
        database.exec(`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${exams})
          INSERT INTO exams (${COLUMNS}) SELECT ${VALUES} FROM numbers`),
      );
    },
    planOf: async (asked) =>
      direct((database) => {
        let plan = '';
        const explaining = {
          rows: (sql: string, bindings: object) => {
            const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(bindings) as { detail: string }[];
            plan = steps.map(({ detail }) => detail).join('\n');
            return [];
          },
        };
        listInSqlite(explaining as never, { ...ALL, ...asked });
        return plan;
      }),
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
    fill: async (exams) => {
      await server.ask(
        `INSERT INTO mamori.exams (${COLUMNS}) SELECT ${VALUES} FROM generate_series(1, ${exams}) n;
         ANALYZE mamori.exams`,
        url,
      );
    },
    planOf: async (asked) => {
      const rows: Record<string, string>[] = [];
      const explaining = {
        rows: async (sql: string, bindings: object) => {
          rows.push(
            ...(await server.ask<Record<string, string>>(positional(`EXPLAIN ${sql}`, bindings), url)),
          );
          return [];
        },
      };
      await listInPostgres(explaining as never, { ...ALL, ...asked });
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    },
    remove: () => server.dropDatabase(url),
  };
}
