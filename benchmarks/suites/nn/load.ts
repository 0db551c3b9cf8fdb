/**
 * Loading a checkpoint of 500 MB beside reading the same file into one buffer, and the memory that loading takes
 * beyond the weights.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openCheckpoint, openFolder } from '@llm/hub';
import { limitRow } from '../../harness/bound.ts';
import type { Case, CaseContext, Contender, Row } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';

const FILE = 'model.safetensors';
/** Sizes as in a language model: a table of words, and layers of four matrices and two vectors. */
const WORDS = { rows: 32_000, columns: 1024 };
const LAYERS = 12;
const LAYER: readonly (readonly number[])[] = [
  [1024, 3072],
  [1024, 1024],
  [1024, 4096],
  [1024],
  [1024],
];
const LARGEST_BYTES = WORDS.rows * WORDS.columns * 4;
/** Every so many elements are compared with what was read from the file by itself. */
const SAMPLE = 100_003;
/** Rounds of a process that loads once: the first one also warms the file. */
const MEMORY_ROUNDS = 3;

/** Loading against reading, and its memory. */
export const load: Case = {
  name: 'load 500 MB of safetensors',
  async run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'llm-load-'));
    try {
      const bytes = await writeCheckpoint(join(folder, FILE));
      const speed = sideBySide({
        name: load.name,
        ours: () => openLoader(folder),
        peers: [{ name: 'read into one buffer', open: () => openReader(folder), bar: 1 / 1.3 }],
        tolerance: 0,
      });
      return [...(await speed.run(context)), await memoryRow(context, folder, bytes)];
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** Writes the file piece by piece; returns the bytes of its tensors. */
async function writeCheckpoint(path: string): Promise<number> {
  const shapes: [string, readonly number[]][] = [['embedding', [WORDS.rows, WORDS.columns]]];
  for (let layer = 0; layer < LAYERS; layer += 1) {
    for (const [i, shape] of LAYER.entries()) shapes.push([`layers.${layer}.${i}`, shape]);
  }
  let end = 0;
  const entries = shapes.map(([name, shape]) => {
    const begin = end;
    end += shape.reduce((product, size) => product * size, 4);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }];
  });
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = new BigUint64Array([BigInt(header.length)]);
  const piece = new Float32Array(1 << 20);
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(new Uint8Array(length.buffer));
    await handle.writeFile(header);
    for (let written = 0; written < end; written += piece.byteLength) {
      for (let i = 0; i < piece.length; i += 1) piece[i] = written / 4 + i;
      await handle.writeFile(
        new Uint8Array(piece.buffer, 0, Math.min(piece.byteLength, end - written)),
      );
    }
  } finally {
    await handle.close();
  }
  return end;
}

/** Ours: every tensor in a buffer of its own, as `from_pretrained` reads them. */
async function openLoader(folder: string): Promise<Contender> {
  let tensors: Float32Array[] = [];
  return {
    name: 'ours',
    version: '',
    threads: 1,
    async prepare() {
      tensors = [];
    },
    async run() {
      const begin = performance.now();
      const checkpoint = await openCheckpoint(openFolder(folder));
      for (const name of checkpoint.tensors.keys()) {
        const { buffer, byteLength } = await checkpoint.read(name);
        tensors.push(new Float32Array(buffer, 0, byteLength / 4));
      }
      await checkpoint.close();
      return performance.now() - begin;
    },
    result: async () => sampleOf(tensors),
    async close() {
      tensors = [];
    },
  };
}

/** The bound: the file in one buffer, by the same system calls. */
async function openReader(folder: string): Promise<Contender> {
  let file: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  return {
    name: 'read into one buffer',
    version: process.version,
    threads: 1,
    async prepare() {
      file = new Uint8Array(0);
    },
    async run() {
      const begin = performance.now();
      const handle = await open(join(folder, FILE));
      const { size } = await handle.stat();
      file = new Uint8Array(size);
      for (let done = 0; done < size; ) {
        done += (await handle.read(file, done, size - done, done)).bytesRead;
      }
      await handle.close();
      return performance.now() - begin;
    },
    async result() {
      const start = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
      return sampleOf([new Float32Array(file.buffer, start)]);
    },
    async close() {
      file = new Uint8Array(0);
    },
  };
}

/** Every so many elements of tensors that lie one behind the other. */
function sampleOf(tensors: readonly Float32Array[]): number[] {
  const sample: number[] = [];
  let next = 0;
  for (const tensor of tensors) {
    for (; next < tensor.length; next += SAMPLE) sample.push(tensor[next]!);
    next -= tensor.length;
  }
  return sample;
}

/** Peak of the memory of a process that loads a model's tensors, less what it had before and the weights. */
async function memoryRow(context: CaseContext, folder: string, bytes: number): Promise<Row> {
  const program = fileURLToPath(new URL('load-memory.ts', import.meta.url));
  const values: number[] = [];
  for (let round = 0; round < MEMORY_ROUNDS; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...process.execArgv,
      program,
      folder,
    ]);
    values.push((Number(stdout) - bytes) / 1e6);
  }
  return limitRow(context, {
    name: `${load.name}: peak memory beyond the weights`,
    unit: 'MB',
    values,
    against: '1.2 × the largest tensor',
    limit: (1.2 * LARGEST_BYTES) / 1e6,
    threads: 1,
    load: null,
  });
}
