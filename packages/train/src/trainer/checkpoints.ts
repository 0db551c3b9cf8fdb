import { parseJson } from '@llm/hub';
import { type FolderFiles, runStorage } from './storage/run-storage.ts';

/** Name of the file that says what a whole checkpoint holds; written last. */
const manifestName = 'manifest.json';

/** A file's length and SHA-256, by which a damaged checkpoint is found out. */
interface Stamp {
  readonly bytes: number;
  readonly sha256: string;
}

/** A checkpoint is not whole, or a file of it has changed. */
export class DamagedCheckpointError extends Error {
  override readonly name = 'DamagedCheckpointError';
}

/**
 * The checkpoints of a run, `checkpoint-STEP` in its folder: on disk, or in a page's private file system. A `Trainer` keeps
 * its own; for loops of your own.
 *
 * @example
 * const checkpoints = new Checkpoints('runs/mine');
 * await checkpoints.prepare();
 * await checkpoints.write(step, await encodeMyState());
 * const latest = await checkpoints.latest();
 * if (latest !== undefined) restoreMyState(await readCheckpoint(latest));
 */
export class Checkpoints {
  /** The run's folder. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Makes the folder and clears what a killed process left in it.
   *
   * @throws Error if the folder cannot be written
   */
  async prepare(): Promise<void> {
    await (await runStorage()).prepare(this.folder);
  }

  /** The folder of a step's checkpoint. */
  path(step: number): string {
    return `${this.folder}/${nameOf(step)}`;
  }

  /** Steps that have a checkpoint, in order. */
  async steps(): Promise<number[]> {
    const names = await (await runStorage()).names(this.folder);
    return names
      .flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Whether a step's checkpoint was written to its end; what its files hold is checked when they are read. */
  async isWhole(step: number): Promise<boolean> {
    return (await runStorage()).open(this.path(step)).has(manifestName);
  }

  /** Saves a checkpoint, in place of one of the same step. */
  async write(step: number, files: FolderFiles): Promise<string> {
    const whole = { ...files, [manifestName]: await manifestOf(files) };
    await (await runStorage()).replace(this.folder, nameOf(step), whole);
    return this.path(step);
  }

  /** Removes a checkpoint. */
  async remove(step: number): Promise<void> {
    await (await runStorage()).remove(this.folder, nameOf(step));
  }

  /** The newest checkpoint that is whole; undefined if there is none. */
  async latest(): Promise<string | undefined> {
    for (const step of (await this.steps()).reverse()) {
      try {
        await readCheckpoint(this.path(step));
        return this.path(step);
      } catch (error) {
        if (!(error instanceof DamagedCheckpointError)) throw error;
        console.warn(`Trainer: ${error.message}; an older checkpoint is used`);
      }
    }
    return undefined;
  }
}

function nameOf(step: number): string {
  return `checkpoint-${step}`;
}

/**
 * The files of a checkpoint, each as its manifest says.
 *
 * @throws DamagedCheckpointError naming the file that lacks or differs
 */
export async function readCheckpoint(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = (await runStorage()).open(path);
  if (!(await folder.has(manifestName))) {
    throw new DamagedCheckpointError(`${path} is no checkpoint: it has no ${manifestName}`);
  }
  const stamps = parseManifest(await folder.read(manifestName), `${path}/${manifestName}`);
  const files = new Map<string, Uint8Array>();
  for (const [name, { bytes, sha256 }] of Object.entries(stamps)) {
    if (!(await folder.has(name))) throw new DamagedCheckpointError(`${path} lacks ${name}`);
    const content = await folder.read(name);
    if (content.length !== bytes || (await hash(content)) !== sha256) {
      throw new DamagedCheckpointError(`${path}/${name} is not what was saved`);
    }
    files.set(name, content);
  }
  return files;
}

function parseManifest(content: Uint8Array, name: string): Readonly<Record<string, Stamp>> {
  try {
    const { files } = parseJson(content, name) as { files: Record<string, Stamp> };
    const isWhole = Object.values(files).every(
      ({ bytes, sha256 }) => Number.isInteger(bytes) && typeof sha256 === 'string',
    );
    if (isWhole) return files;
  } catch (error) {
    throw new DamagedCheckpointError(`${name} is malformed`, { cause: error });
  }
  throw new DamagedCheckpointError(`${name} is malformed`);
}

async function manifestOf(files: FolderFiles): Promise<string> {
  const stamps: Record<string, Stamp> = {};
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    stamps[name] = { bytes: bytes.length, sha256: await hash(bytes) };
  }
  return `${JSON.stringify({ files: stamps }, null, 2)}\n`;
}

async function hash(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
