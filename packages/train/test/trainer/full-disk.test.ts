import { existsSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultDevice } from '@llm/nn';
import { Trainer } from '@llm/train';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { disk } from '../../src/trainer/storage/disk.ts';
import { newClassifier, points, weights } from './support.ts';

setDefaultDevice('wasm');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-full-disk-'));
  vi.spyOn(console, 'info').mockReturnValue();
});
afterAll(() => rm(folder, { recursive: true }));

function trainerOf(name: string) {
  return new Trainer({
    model: newClassifier(0.2),
    train_dataset: points(24),
    args: {
      ...{ output_dir: join(folder, name), max_steps: 6, save_steps: 2, save_total_limit: 1 },
      ...{ learning_rate: 0.05, disable_tqdm: true },
    },
  });
}

/** A disk that takes so many more files, and then no byte. */
async function fillAfter(files: number) {
  const path = join(folder, 'any');
  const handle = await open(path, 'w');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  await rm(path);
  const write = prototype.writeFile;
  let left = files;
  return vi.spyOn(prototype, 'writeFile').mockImplementation(function (this: FileHandle, ...args) {
    if (left-- > 0) return write.apply(this, args);
    const message = 'ENOSPC: no space left on device, write';
    return Promise.reject(Object.assign(new Error(message), { code: 'ENOSPC' }));
  });
}

it.runIf(existsSync('/dev/full'))('a log that cannot be written is named', async () => {
  await expect(disk.append('/dev', 'full', 'a line')).rejects.toThrow(
    /cannot write \/dev\/full: ENOSPC/,
  );
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(disk.createFile(`${file}/logs`, 'log', 'jsonl')).rejects.toThrow(
    /cannot make .*file\/logs: ENOTDIR/,
  );
});

it('a full disk names what it cannot save, loses nothing saved, and the run goes on bit for bit', async () => {
  const whole = trainerOf('whole');
  await whole.train();
  const files = (await readdir(join(folder, 'whole', 'checkpoint-6'))).length;

  // Within the second checkpoint, after which the first would be removed.
  const full = await fillAfter(files + 2);
  const ended = trainerOf('full').train();
  await expect(ended).rejects.toThrow(
    /cannot save .*checkpoint-4: ENOSPC.*what was saved before is whole/,
  );
  full.mockRestore();
  expect(await readdir(join(folder, 'full'))).toEqual(['checkpoint-2']);

  const rest = trainerOf('full');
  await rest.train({ resume_from_checkpoint: true });
  expect(await weights(rest.model)).toEqual(await weights(whole.model));
});
