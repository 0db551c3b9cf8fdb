/**
 * A training that can be gone on with after a reload: its settings, pairs and last state, as files in the origin's
 * private file system. One is kept at a time.
 *
 * @module
 */
import { Checkpoints, type FolderFiles, readCheckpoint, runStorage } from '@llm/train';
import type { Pair } from './pairs.ts';
import type { TrainingSettings } from './settings.ts';

/** What a training was started with. */
export interface RunRecord {
  /** Name under which its model will be saved. */
  readonly name: string;
  readonly settings: TrainingSettings;
  /** Where the pairs came from, for people. */
  readonly data: string;
}

/** A training that is stored. */
export interface StoredRun extends RunRecord {
  /** Steps that were done. */
  readonly step: number;
}

/** A stored training, to be gone on with. */
export interface OpenedRun extends StoredRun {
  readonly pairs: readonly Pair[];
  /** Reads a file of its state. */
  read(name: string): Promise<Uint8Array>;
}

const folder = 'training';
const [recordFile, pairsFile] = ['run.json', 'pairs.json'];
const checkpoints = new Checkpoints(folder);

/** Begins to store a training; what was stored before is deleted. */
export async function beginRun(record: RunRecord, pairs: readonly Pair[]): Promise<void> {
  await discardRun();
  // The record comes last: where it is, the pairs are.
  await (await runStorage()).save(folder, {
    [pairsFile]: JSON.stringify(pairs),
    [recordFile]: JSON.stringify(record),
  });
}

/** Stores a state; then deletes the one before, so that there is a whole one at every moment. */
export async function saveState(step: number, files: FolderFiles): Promise<void> {
  // One step has one state.
  if (!(await checkpoints.isWhole(step))) await checkpoints.write(step, files);
  for (const other of await checkpoints.steps()) {
    if (other !== step) await checkpoints.remove(other);
  }
}

/** The stored training, if there is one. */
export async function openRun(): Promise<OpenedRun | undefined> {
  if (!navigator.storage?.getDirectory) return undefined;
  const run = (await runStorage()).open(folder);
  if (!(await run.has(recordFile))) return undefined;
  for (const step of (await checkpoints.steps()).reverse()) {
    if (!(await checkpoints.isWhole(step))) continue;
    const [record, pairs] = await Promise.all(
      [recordFile, pairsFile].map(async (name) => JSON.parse(decode(await run.read(name)))),
    );
    let files: ReturnType<typeof readCheckpoint> | undefined;
    const read = async (name: string) => {
      files ??= readCheckpoint(checkpoints.path(step));
      const content = (await files).get(name);
      if (!content) throw new Error(`the stored training lacks ${name}; start a new one`);
      return content;
    };
    return { ...(record as RunRecord), step, pairs, read };
  }
  return undefined;
}

/** Deletes the stored training. */
export async function discardRun(): Promise<void> {
  const storage = await runStorage();
  for (const name of await storage.names(folder)) await storage.remove(folder, name);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
