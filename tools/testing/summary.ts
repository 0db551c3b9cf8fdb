/**
 * The kept summary of a full test run.
 *
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import type { Counts } from './tally.ts';

/** Writes counts, duration and machine to `file` as JSON. */
export async function writeSummary(file: string, counts: Counts, seconds: number): Promise<void> {
  const processors = cpus();
  const summary = {
    ...counts,
    seconds: Math.round(seconds),
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(summary, null, 2)}\n`);
}
