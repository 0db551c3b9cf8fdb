/**
 * A training that can be gone on with after a reload: its settings, pairs and last state, as files in the origin's
 * private file system. One is kept at a time.
 *
 * @module
 */
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

type Content = Uint8Array | string;
const [recordFile, pairsFile] = ['run.json', 'pairs.json'];
/** Written last into a state: where it is, the others are. */
const wholeFile = 'whole';
const checkpointName = /^checkpoint-(\d+)$/;

/** Begins to store a training; what was stored before is deleted. */
export async function beginRun(record: RunRecord, pairs: readonly Pair[]): Promise<void> {
  await discardRun();
  const target = await folder();
  await write(target, pairsFile, JSON.stringify(pairs));
  await write(target, recordFile, JSON.stringify(record));
}

/** Stores a state; then deletes the one before, so that there is a whole one at every moment. */
export async function saveState(
  step: number,
  files: Readonly<Record<string, Content>>,
): Promise<void> {
  const run = await folder();
  const target = await run.getDirectoryHandle(`checkpoint-${step}`, { create: true });
  for (const [name, content] of Object.entries(files)) await write(target, name, content);
  await write(target, wholeFile, '');
  for (const other of await steps(run)) {
    if (other !== step) await run.removeEntry(`checkpoint-${other}`, { recursive: true });
  }
}

/** The stored training, if there is one. */
export async function openRun(): Promise<OpenedRun | undefined> {
  if (!navigator.storage?.getDirectory) return undefined;
  const run = await folder();
  for (const step of (await steps(run)).sort((a, b) => b - a)) {
    const state = await run.getDirectoryHandle(`checkpoint-${step}`);
    const read = (name: string) => readFile(state, name);
    if (!(await holds(state, wholeFile)) || !(await holds(run, recordFile))) continue;
    const record = JSON.parse(await text(run, recordFile)) as RunRecord;
    return { ...record, step, pairs: JSON.parse(await text(run, pairsFile)), read };
  }
  return undefined;
}

/** Deletes the stored training. */
export async function discardRun(): Promise<void> {
  const run = await folder();
  const names: string[] = [];
  for await (const name of run.keys()) names.push(name);
  for (const name of names) await run.removeEntry(name, { recursive: true });
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const origin = await navigator.storage.getDirectory();
  return origin.getDirectoryHandle('training', { create: true });
}

async function steps(run: FileSystemDirectoryHandle): Promise<number[]> {
  const found: number[] = [];
  for await (const name of run.keys()) {
    const step = checkpointName.exec(name)?.[1];
    if (step !== undefined) found.push(Number(step));
  }
  return found;
}

async function write(
  target: FileSystemDirectoryHandle,
  name: string,
  content: Content,
): Promise<void> {
  const stream = await (await target.getFileHandle(name, { create: true })).createWritable();
  await stream.write(content as Uint8Array<ArrayBuffer> | string);
  await stream.close();
}

async function readFile(target: FileSystemDirectoryHandle, name: string): Promise<Uint8Array> {
  const file = await (await target.getFileHandle(name)).getFile();
  return new Uint8Array(await file.arrayBuffer());
}

async function text(target: FileSystemDirectoryHandle, name: string): Promise<string> {
  return new TextDecoder().decode(await readFile(target, name));
}

async function holds(target: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return target.getFileHandle(name).then(
    () => true,
    () => false,
  );
}
