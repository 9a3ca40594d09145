/** Text, line by line and row by row. */
import { ValueError } from "@tt/core";
import { IterableDataset } from "../dataset/dataset.ts";
import { get_worker_info } from "../loader/worker_info.ts";
import { type ByteSource, listOf, openBytes, ownShare } from "./bytes.ts";

/** Pieces of a source's text. */
async function* textOf(source: ByteSource): AsyncGenerator<string> {
  const reader = (await openBytes(source)).getReader();
  const decoder = new TextDecoder();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      if (text !== "") yield text;
      if (done) break;
    }
    finished = true;
  } finally {
    if (!finished) await reader.cancel();
  }
}

async function* linesOf(source: ByteSource): AsyncGenerator<string> {
  let rest = "";
  for await (const text of textOf(source)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  if (rest !== "") yield rest;
}

const nameOf = (source: ByteSource): string =>
  typeof source === "string" || source instanceof URL ? String(source) : "the source";

/** Rows of several sources, shared among workers: whole sources, or every n-th row of a single one. */
async function* shared<T>(
  sources: readonly ByteSource[],
  rows: (source: ByteSource) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const info = get_worker_info();
  const single = sources.length === 1;
  let place = 0;
  for (const source of single ? sources : ownShare(sources, info)) {
    for await (const row of rows(source)) {
      if (!single || info === null || place++ % info.num_workers === info.id) yield row;
    }
  }
}

/**
 * Values of JSON Lines files (plain or gzip): one JSON text a line; empty lines are skipped. Workers share the sources as
 * those of `TarDataset` do.
 *
 * @throws ValueError while it is read, naming the line that is not JSON
 * @example
 * ```ts
 * import { DataLoader, JsonlDataset } from "@tt/data";
 * const rows = new JsonlDataset<{ x: number }>(new TextEncoder().encode('{"x": 1}\n{"x": 2}\n'));
 * for await (const batch of new DataLoader(rows, { batch_size: 2 })) console.log(batch.x.tolist()); // [1, 2]
 * ```
 */
export class JsonlDataset<T = unknown> extends IterableDataset<T> {
  readonly sources: readonly ByteSource[];

  constructor(sources: ByteSource | readonly ByteSource[]) {
    super();
    this.sources = listOf(sources);
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
    yield* shared(this.sources, async function* (source): AsyncGenerator<T> {
      let number = 0;
      for await (const line of linesOf(source)) {
        number++;
        if (line.trim() === "") continue;
        try {
          yield JSON.parse(line) as T;
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw new ValueError(`${nameOf(source)}, line ${number}: ${error.message}`);
        }
      }
    });
  }
}

export interface CsvOptions {
  /** Names of the columns; by default the first row has them. With false, rows are arrays. */
  readonly header?: readonly string[] | boolean;
  /** Found out by default. */
  readonly delimiter?: string;
  /** Whether texts that are numbers become numbers; true by default. */
  readonly numbers?: boolean;
}

/** A row of a CSV file: by column, or in order. */
export type CsvRow = Record<string, string | number> | (string | number)[];

const asNumber = (text: string): string | number =>
  text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);

/**
 * Rows of CSV files (plain or gzip), quoted fields and all. Workers share the sources as those of `TarDataset` do.
 *
 * @throws ValueError while it is read, for rows with other numbers of fields than the header, naming the row
 * @example
 * ```ts
 * import { CsvDataset } from "@tt/data";
 * for await (const row of new CsvDataset(new TextEncoder().encode("x,name\n1,a\n"))) console.log(row); // { x: 1, name: "a" }
 * ```
 */
export class CsvDataset<T extends CsvRow = Record<string, string | number>> extends IterableDataset<T> {
  readonly sources: readonly ByteSource[];
  readonly options: Readonly<Required<CsvOptions>>;

  constructor(
    sources: ByteSource | readonly ByteSource[],
    { header = true, delimiter = "", numbers = true }: CsvOptions = {},
  ) {
    super();
    this.sources = listOf(sources);
    this.options = { header, delimiter, numbers };
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const { header, numbers, delimiter } = this.options;
    yield* shared(this.sources, async function* (source): AsyncGenerator<T> {
      let columns = Array.isArray(header) ? (header as readonly string[]) : null;
      let number = 0;
      for await (const fields of csvRows(source, delimiter)) {
        number++;
        if (fields.length === 1 && fields[0] === "") continue;
        if (header === true && columns === null) {
          columns = fields;
          continue;
        }
        const values = numbers ? fields.map(asNumber) : fields;
        if (columns === null) yield values as unknown as T;
        else if (values.length === columns.length)
          yield Object.fromEntries(columns.map((column, i) => [column, values[i]!])) as T;
        else
          throw new ValueError(
            `${nameOf(source)}, row ${number}: ${values.length} fields where there are ${columns.length} columns`,
          );
      }
    });
  }
}

/** So much text is looked at to find out what separates fields and rows. */
const LOOK = 4096;

/** Rows as lists of texts; a row that a piece of text ends within waits for the next. */
async function* csvRows(source: ByteSource, delimiter: string): AsyncGenerator<string[]> {
  const { default: papa } = await import("papaparse");
  let rest = "";
  let format: { readonly delimiter: string; readonly newline: "\n" | "\r\n" } | null = null;
  const rowsIn = (text: string, last: boolean): string[][] => {
    format ??= {
      delimiter: delimiter || papa.parse(text, { preview: 10, skipEmptyLines: true }).meta.delimiter || ",",
      newline: /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n",
    };
    const { data, meta } = new papa.Parser(format).parse(text, 0, !last) as {
      data: string[][];
      meta: { cursor: number };
    };
    rest = text.slice(meta.cursor);
    return data;
  };
  for await (const text of textOf(source)) {
    rest += text;
    if (format !== null || rest.length >= LOOK) yield* rowsIn(rest, false);
  }
  if (rest !== "") yield* rowsIn(rest, true);
}
