/** Where a ledger is kept, and what it takes to get in. */
export interface LedgerPlace {
  /** `sqlite:FILE` or `postgres://USER@HOST:PORT/DATABASE`. Without a password, so that it may be shown. */
  url: string;
  /** Of a database server; without one, PGPASSWORD and ~/.pgpass count, as for every program. */
  password?: string | undefined;
  /** PEM files for a database server's TLS. */
  tls?: TlsFiles | undefined;
}

export interface TlsFiles {
  /** The authorities to trust in place of the public ones. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** Of the private key. */
  passphrase?: string | undefined;
}
