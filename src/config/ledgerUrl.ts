/** What is wrong with `ledger.url`; undefined where nothing is. The room that opens the ledger reads the rest of it. */
export function ledgerUrlProblem(text: string): string | undefined {
  if (/^sqlite:./.test(text)) return undefined;
  if (!/^postgres(ql)?:\/\//.test(text)) return 'must be sqlite:FILE or postgres://USER@HOST:PORT/DATABASE';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'must be a URL such as postgres://mamori@db.example/mamori';
  }
  if (url.password !== '') return 'must not hold a password; use ledger.password';
  if (url.pathname.length < 2) return 'must name a database, such as postgres://mamori@db.example/mamori';
  return undefined;
}
