/** What has happened to a download. */
export interface DownloadProgress {
  /**
   * `initiate`: the hub was asked and the size is known; `progress`: bytes arrived; `done`: the file is in the
   * cache, where it may have been all along.
   */
  readonly status: 'initiate' | 'progress' | 'done';
  /** The repository. */
  readonly name: string;
  /** The file. */
  readonly file: string;
  /** Bytes of this file that are there; what was kept of an earlier attempt counts. */
  readonly loaded: number;
  /** Size of this file in bytes. */
  readonly total: number;
  /** Bytes of all files that this source was asked for so far, and their sizes together. */
  readonly overall: { readonly loaded: number; readonly total: number };
}

/** Is told what happens to downloads. */
export type ProgressListener = (event: DownloadProgress) => void;

/** Events at most this far apart in bytes, so that a listener is not called for every packet. */
const STEP_BYTES = 1 << 18;

/** Sums up the files of one source and tells a listener. */
export class ProgressMeter {
  readonly #name: string;
  readonly #listener: ProgressListener | undefined;
  readonly #files = new Map<string, { loaded: number; total: number; told: number }>();

  /** @param name - The repository. @param listener - Who is told, if anybody. */
  constructor(name: string, listener: ProgressListener | undefined) {
    this.#name = name;
    this.#listener = listener;
  }

  /** A file of this size begins. */
  begin(file: string, total: number): void {
    this.#files.set(file, { loaded: 0, total, told: 0 });
    this.#tell('initiate', file);
  }

  /** So many of its bytes are there. */
  advance(file: string, loaded: number): void {
    const state = this.#files.get(file);
    if (!state) return;
    state.loaded = loaded;
    if (Math.abs(loaded - state.told) < STEP_BYTES && loaded !== state.total) return;
    state.told = loaded;
    this.#tell('progress', file);
  }

  /** All of it is there. */
  end(file: string, total: number): void {
    this.#files.set(file, { loaded: total, total, told: total });
    this.#tell('done', file);
  }

  #tell(status: DownloadProgress['status'], file: string): void {
    const { loaded, total } = this.#files.get(file)!;
    const overall = { loaded: 0, total: 0 };
    for (const each of this.#files.values()) {
      overall.loaded += each.loaded;
      overall.total += each.total;
    }
    this.#listener?.({ status, name: this.#name, file, loaded, total, overall });
  }
}
