import { type FileContent, openFolder, parseJson, saveFolder } from '@llm/hub';

/** Files of a checkpoint by name. */
export type CheckpointFiles = Readonly<Record<string, FileContent>>;

/** Name of the file that says what a whole checkpoint holds; written last. */
const manifestName = 'manifest.json';

/** Folders that are being written, or were replaced. */
const temporary = /^\.(new|old)-(checkpoint-\d+)-[0-9a-z]+$/;

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
 * The checkpoints of a run, `checkpoint-STEP` in its folder (Node). A checkpoint is written beside its place, flushed
 * and then renamed, so that at every moment, also if the process is killed, each one is whole or not there.
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
    const fs = await import('node:fs/promises');
    try {
      await fs.mkdir(this.folder, { recursive: true });
      await fs.access(this.folder, fs.constants.W_OK);
    } catch (error) {
      throw new Error(
        `Trainer: cannot write to output_dir ${this.folder}: ${(error as Error).message}`,
        { cause: error },
      );
    }
    const names = await fs.readdir(this.folder);
    for (const name of names) {
      const [, kind, checkpoint] = temporary.exec(name) ?? [];
      if (kind === undefined) continue;
      // Killed between two renames: the old one goes back to its place.
      if (kind === 'old' && !names.includes(checkpoint!)) {
        await fs.rename(`${this.folder}/${name}`, `${this.folder}/${checkpoint}`);
      } else await fs.rm(`${this.folder}/${name}`, { recursive: true, force: true });
    }
  }

  /** The folder of a step's checkpoint. */
  path(step: number): string {
    return `${this.folder}/checkpoint-${step}`;
  }

  /** Steps that have a checkpoint, in order. */
  async steps(): Promise<number[]> {
    const { readdir } = await import('node:fs/promises');
    const names = await readdir(this.folder).catch(() => []);
    return names
      .flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Saves a checkpoint, in place of one of the same step. */
  async write(step: number, files: CheckpointFiles): Promise<string> {
    const fs = await import('node:fs/promises');
    const unique = `${process.pid}${Math.random().toString(36).slice(2)}`;
    const fresh = `${this.folder}/.new-checkpoint-${step}-${unique}`;
    const replaced = `${this.folder}/.old-checkpoint-${step}-${unique}`;
    const place = this.path(step);
    try {
      await saveFolder(fresh, { ...files, [manifestName]: await manifestOf(files) });
      const isTaken = await fs.stat(place).then(
        () => true,
        () => false,
      );
      if (isTaken) await fs.rename(place, replaced);
      await fs.rename(fresh, place);
      await fs.rm(replaced, { recursive: true, force: true });
    } catch (error) {
      await fs.rm(fresh, { recursive: true, force: true });
      throw error;
    }
    await flushFolder(this.folder);
    return place;
  }

  /** Removes a checkpoint. */
  async remove(step: number): Promise<void> {
    const { rename, rm } = await import('node:fs/promises');
    // Renamed first, so that a process killed here leaves no half of it under its name.
    const doomed = `${this.folder}/.new-checkpoint-${step}-removed`;
    await rm(doomed, { recursive: true, force: true });
    await rename(this.path(step), doomed);
    await rm(doomed, { recursive: true, force: true });
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

/**
 * The files of a checkpoint, each as its manifest says.
 *
 * @throws DamagedCheckpointError naming the file that lacks or differs
 */
export async function readCheckpoint(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = openFolder(path);
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

async function manifestOf(files: CheckpointFiles): Promise<string> {
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

/** Makes renames durable; Windows cannot open a folder and needs no such step. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { open } = await import('node:fs/promises');
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
