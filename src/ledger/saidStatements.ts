/** A database's statements, each a function of whom it is said to and of its values. */
type Statements<To> = Record<string, (to: To, ...values: never[]) => unknown>;

/** The same, said to one. */
type Said<Sql> = {
  [Name in keyof Sql]: Sql[Name] extends (to: never, ...values: infer Values) => infer Answer
    ? (...values: Values) => Answer
    : never;
};

/** Statements, all said to one connection or transaction. */
export function saidTo<To, Sql extends Statements<To>>(to: To, sql: Sql): Said<Sql> {
  const said = Object.entries(sql).map(([name, say]) => [name, (...values: never[]) => say(to, ...values)]);
  return Object.fromEntries(said) as Said<Sql>;
}
