import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  attentionGrid,
  evaluateTranslator,
  renderGrid,
  saveModelFolder,
  TranslationTraining,
  Translator,
} from '@llm/apps';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyCorpus, tinySettings, tinyTask } from './tiny.ts';

const texts = ['Open the file', 'Save all tabs of the group', 'Delete the terminal now', ''];
const folder = await mkdtemp(join(tmpdir(), 'llm-apps-'));
const task = await tinyTask();
const training = new TranslationTraining({ ...tinySettings, dropout: 0, epochs: 60 }, task);
const trained = new Translator(training.model, task.tokenizer);

beforeAll(async () => {
  await training.run();
  await saveModelFolder(folder, training.model, task.tokenizer);
});
afterAll(async () => {
  trained.dispose();
  await rm(folder, { recursive: true });
});

/** The folder with one file replaced while `body` runs. */
async function withFile(name: string, content: string | Uint8Array, body: () => Promise<void>) {
  const path = join(folder, name);
  const old = await readFile(path);
  await writeFile(path, content);
  try {
    await body();
  } finally {
    await writeFile(path, old);
  }
}

describe('Translator', () => {
  it('knows what it was trained on', async () => {
    const pairs = tinyCorpus.training;
    const translations = await trained.translate(pairs.map(({ source }) => source));
    const right = translations.filter((text, i) => text === pairs[i]!.target);
    expect(right.length).toBeGreaterThan(pairs.length / 2);
  });

  it('takes any number of texts, and keeps their order', async () => {
    expect(await trained.translate([])).toEqual([]);
    const many = Array.from({ length: 70 }, (_, i) => texts[i % 3]!);
    const three = await trained.translate(texts.slice(0, 3));
    expect(await trained.translate(many)).toEqual(many.map((_, i) => three[i % 3]));
  });

  it('gives the same translations after saving and loading, side by side or alone', async () => {
    const want = await trained.translate(texts);
    const loaded = await Translator.load(folder);
    expect(await loaded.translate(texts)).toEqual(want);
    for (const [i, text] of texts.entries()) {
      expect(await loaded.translate([text])).toEqual([want[i]]);
    }
    loaded.dispose();
  });

  it('scores held-out pairs, all and novel, beside the baselines', async () => {
    // Pairs that it knows, so that there is something to score.
    const heldOut = tinyCorpus.training
      .slice(0, 8)
      .map((pair, i) => ({ ...pair, nearestSimilarity: 1, novel: i < 3 }));
    const { all, novel, translations } = await evaluateTranslator(trained, {
      ...tinyCorpus,
      heldOut,
    });
    expect([all.pairs, novel.pairs, translations.length]).toEqual([8, 3, 8]);
    expect(all.model).toBeGreaterThan(all.copy);
    expect(all.nearest).toBeCloseTo(100, 6); // their own sources are the nearest
  });

  it('shows where it looked, in rows that sum to 1', async () => {
    const grid = await attentionGrid(trained, texts[0]!, 'Datei hier und jetzt öffnen');
    expect(grid.source.at(-1)).toBe('⏎');
    expect(grid.weights).toHaveLength(grid.target.length);
    for (const row of grid.weights) {
      expect(row).toHaveLength(grid.source.length);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
    expect(renderGrid(grid, false).split('\n')).toHaveLength(grid.target.length + 1);
    expect(renderGrid(grid, true)).toContain('\u001b[48;5;');
  });

  it('refuses a folder without a model', async () => {
    await expect(Translator.load(join(folder, 'nowhere'))).rejects.toThrow(
      /no file "config.json" in .*nowhere/,
    );
  });

  it('refuses a model of another kind', async () => {
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    await withFile('config.json', JSON.stringify({ ...config, model_type: 'bert' }), async () => {
      await expect(Translator.load(folder)).rejects.toThrow(
        'config.json says model_type "bert"; this command translates with \'mbart\' models',
      );
    });
  });

  it('refuses damaged files by name', async () => {
    const file = await readFile(join(folder, 'model.safetensors'));
    await withFile('model.safetensors', file.subarray(0, file.length - 10), async () => {
      await expect(Translator.load(folder)).rejects.toThrow(/safetensors/);
    });
    await withFile('config.json', '{', async () => {
      await expect(Translator.load(folder)).rejects.toThrow(/config\.json/);
    });
  });

  it('lists parameters that do not fit', async () => {
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    await withFile('config.json', JSON.stringify({ ...config, decoder_layers: 2 }), async () => {
      await expect(Translator.load(folder)).rejects.toThrow(/model\.decoder\.layers\.1\./);
    });
  });
});
