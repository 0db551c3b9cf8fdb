import { runStorage } from '../storage/run-storage.ts';
import type { Hyperparameters } from './space.ts';

/** A trial that has come to an end, or to one of a halving search's stops. */
export interface TrialResult {
  /** Number of the trial, from 0. */
  readonly run_id: number;
  readonly hyperparameters: Hyperparameters;
  /** Share of its steps that it was trained for. */
  readonly share: number;
  /** What is optimized; null where the loss was not finite. */
  readonly objective: number | null;
  /** All metrics of its evaluation. */
  readonly metrics: Readonly<Record<string, number>>;
}

const fileName = 'trials.jsonl';

/**
 * The trials of a search in a file of its folder (on disk, or in a page's private file system), one line each behind a first one that says what was searched,
 * so that a search that was killed goes on; without a folder, in memory.
 */
export class Journal {
  readonly #folder: string | undefined;
  readonly #results: TrialResult[] = [];

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * Reads what an earlier run wrote.
   *
   * @param search what is searched: results of another search are none of this one's
   * @throws Error if the folder holds another search, or a line that is none
   */
  async open(search: unknown): Promise<void> {
    if (this.#folder === undefined) return;
    const folder = this.#folder;
    const storage = await runStorage();
    const write = (lines: readonly string[]) =>
      storage.save(folder, { [fileName]: lines.map((line) => `${line}\n`).join('') });
    const place = `${folder}/${fileName}`;
    const head = JSON.stringify(search);
    const files = storage.open(folder);
    const text = (await files.has(fileName))
      ? new TextDecoder().decode(await files.read(fileName))
      : '';
    // A line without its end is one that a killed process left.
    const [first, ...lines] = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
    if (first === undefined) return write([head]);
    if (first !== head) {
      throw new Error(
        `hyperparameter_search: ${place} belongs to another search, ${first}; take another output_dir, or the same settings`,
      );
    }
    this.#results.push(...lines.map((line, i) => parse(line, `${place}, line ${i + 2}`)));
    await write([head, ...lines]);
  }

  /** The result of a trial after a share of its steps, if it is known. */
  find(run: number, share: number): TrialResult | undefined {
    return this.#results.find((each) => each.run_id === run && each.share === share);
  }

  /** All results, in the order in which they came. */
  get results(): readonly TrialResult[] {
    return this.#results;
  }

  /** Notes a result. */
  async add(result: TrialResult): Promise<void> {
    this.#results.push(result);
    if (this.#folder === undefined) return;
    await (await runStorage()).append(this.#folder, fileName, `${JSON.stringify(result)}\n`);
  }
}

function parse(line: string, place: string): TrialResult {
  try {
    const result = JSON.parse(line) as TrialResult;
    const { run_id, share, objective } = result;
    const isWhole = Number.isInteger(run_id) && typeof share === 'number';
    if (isWhole && (objective === null || Number.isFinite(objective))) return result;
  } catch (error) {
    throw new Error(`hyperparameter_search: ${place} is no trial`, { cause: error });
  }
  throw new Error(`hyperparameter_search: ${place} is no trial`);
}
