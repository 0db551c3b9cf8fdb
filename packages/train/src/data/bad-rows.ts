/** What happens to a row that cannot be used: an error, or it is left out and counted. */
export type BadRowPolicy = 'error' | 'skip';

/** A row of a data set that cannot be used. */
export class BadRowError extends Error {
  override readonly name = 'BadRowError';
  /** File, address or description of where the row comes from. */
  readonly source: string;
  /** Number of the row, from 1: the line of a text file, the record after the header of a table. */
  readonly row: number;
  /** What is wrong with it. */
  readonly problem: string;

  /**
   * @param source where the row is
   * @param row its number, from 1
   * @param problem what is wrong
   * @param remedy what can be done; by default for rows that are loaded
   */
  constructor(
    source: string,
    row: number,
    problem: string,
    remedy = "mend the row, or leave such rows out: bad_rows: 'skip'",
  ) {
    super(`${source}, row ${row}: ${problem}; ${remedy}`);
    this.source = source;
    this.row = row;
    this.problem = problem;
  }
}

/** How many of the first bad rows are kept to be shown. */
const shown = 10;

/** Rows that were left out: how many, why, and the first of them. */
export class BadRows {
  readonly policy: BadRowPolicy;
  /** The first ten bad rows. */
  readonly examples: BadRowError[] = [];
  #count = 0;

  /** @throws TypeError for another policy. */
  constructor(policy: BadRowPolicy = 'error') {
    if (policy !== 'error' && policy !== 'skip') {
      throw new TypeError(`bad_rows: takes 'error' or 'skip': got ${JSON.stringify(policy)}`);
    }
    this.policy = policy;
  }

  /** Rows left out so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts a bad row. @throws BadRowError by the policy `'error'`. */
  report(source: string, row: number, problem: string): void {
    const error = new BadRowError(source, row, problem);
    if (this.policy === 'error') throw error;
    this.#count++;
    if (this.examples.length < shown) this.examples.push(error);
  }

  /** `3 rows left out: data.csv, row 7: …`, or an empty text. */
  toString(): string {
    if (this.#count === 0) return '';
    const lines = this.examples.map(
      ({ source, row, problem }) => `${source}, row ${row}: ${problem}`,
    );
    const more = this.#count - lines.length;
    if (more > 0) lines.push(`and ${more} more`);
    return `${this.#count} rows left out:\n  ${lines.join('\n  ')}`;
  }
}
