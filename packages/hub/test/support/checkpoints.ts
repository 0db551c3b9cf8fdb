import { readFile } from 'node:fs/promises';
import { type Checkpoint, openCheckpoint, openFiles } from '../../src/index.ts';

/** Bytes of a file made by tools/reference/hub_checkpoints.py. */
export async function fixture(name: string): Promise<Uint8Array> {
  return new Uint8Array(
    await readFile(new URL(`../fixtures/checkpoints/${name}`, import.meta.url)),
  );
}

/** Opens a checkpoint that is in memory. */
export function openBytes(name: string, bytes: Uint8Array): Promise<Checkpoint> {
  return openCheckpoint(openFiles({ [name]: bytes }), { file: name });
}

/** Opens a fixture. */
export async function openFixture(name: string): Promise<Checkpoint> {
  return openBytes(name, await fixture(name));
}
