import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trainer } from '@llm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from '../../src/logs/crc32c.ts';
import { fileVersion, record, scalarEvent } from '../../src/logs/tensorboard.ts';
import { newClassifier, points } from '../trainer/support.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-logs-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('logs', () => {
  it('are written as JSON lines, events and a page', async () => {
    const trainer = new Trainer({
      model: newClassifier(),
      train_dataset: points(32),
      eval_dataset: points(8, 2),
      compute_metrics: () => ({ 'f1<b>': 0.5 }),
      args: {
        output_dir: join(folder, 'run'),
        run_name: 'a <run>',
        max_steps: 6,
        logging_steps: 2,
        eval_strategy: 'steps',
        save_strategy: 'no',
        disable_tqdm: true,
        report_to: ['jsonl', 'tensorboard', 'html'],
      },
    });
    await trainer.train();
    await trainer.train();
    const names = (await readdir(join(folder, 'run', 'runs'))).sort();
    expect(names).toEqual([
      expect.stringMatching(/^events\.out\.tfevents\.\d+/),
      expect.stringMatching(/^events\.out\.tfevents\.\d+/),
      'log-2.jsonl',
      'log.jsonl',
      'report.html',
    ]);
    const lines = await readFile(join(folder, 'run', 'runs', 'log-2.jsonl'), 'utf8');
    const rows = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toEqual(trainer.state.log_history);
    expect(rows).toHaveLength(7);
    const page = await readFile(join(folder, 'run', 'runs', 'report.html'), 'utf8');
    expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(5);
    expect(page).toContain('a &lt;run&gt;');
    expect(page).toContain('f1&lt;b&gt;');
    expect(page).not.toContain('<b>');
    expect(page).not.toMatch(/NaN|undefined|https?:/);
  });

  it('have the checksums of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('are byte for byte the events that TensorBoard writes', async () => {
    const golden = await readFile(new URL('./events.tfevents', import.meta.url));
    const events = [
      fileVersion(1700000000.25),
      scalarEvent(1700000001.5, 300, { eval_loss: 0.625, loss: 1.5, step: 300 }),
    ];
    expect(Buffer.concat(events.map(record)).equals(golden)).toBe(true);
    expect(maskedCrc32c(golden.subarray(0, 8))).toBe(golden.readUInt32LE(8));
  });
});
