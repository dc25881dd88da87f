/** One line of a table, with its number in the file from 1. */
export interface CsvLine {
  number: number;
  cells: string[];
}

/** A text file of columns, as spreadsheets and programs write them. */
export interface CsvTable {
  columns: string[];
  /** Without those that are empty. */
  lines: CsvLine[];
  /** A number of a cell. NaN for what is none. */
  numberOf(cell: string): number;
}

/**
 * Reads a table whose first line names its columns. Between cells stand commas; or semicolons or tabs, as Excel writes
 * where the comma is the decimal point, and then numbers may have either. A cell may be quoted. A byte order mark and
 * Windows line ends are as good as none.
 */
export function parseCsvTable(text: string): CsvTable {
  const rows = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const head = rows[0] ?? '';
  const separator = [',', ';', '\t'].find((one) => head.includes(one)) ?? ',';
  const lines = rows
    .map((row, index): CsvLine => ({ number: index + 1, cells: cellsOf(row, separator) }))
    .slice(1)
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const numberOf = (cell: string) => {
    const plain = separator === ',' ? cell : cell.replace(',', '.');
    return plain === '' ? Number.NaN : Number(plain);
  };
  return { columns: cellsOf(head, separator), lines, numberOf };
}

/** A line of such a file, with commas (RFC 4180): it reads back as the same cells. @param cells without line breaks */
export function csvLine(cells: readonly (string | number)[]): string {
  return cells.map((cell) => quoted(String(cell))).join(',');
}

function quoted(cell: string): string {
  return /[",;\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function cellsOf(row: string, separator: string): string[] {
  const cells: string[] = [];
  let open = false;
  let cell = '';
  for (const character of row) {
    if (character === '"') open = !open;
    if (character === separator && !open) {
      cells.push(unquoted(cell));
      cell = '';
    } else cell += character;
  }
  return [...cells, unquoted(cell)];
}

function unquoted(cell: string): string {
  const plain = cell.trim();
  return /^".*"$/.test(plain) ? plain.slice(1, -1).replaceAll('""', '"').trim() : plain;
}
