import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeChromium } from '../../../tools/testing/chromium.ts';
import { full } from '../../../tools/testing/full.ts';
import { findBarriers } from '../accessibility.ts';
import { keepScreenshot, type Playground, startPlayground } from '../open-page.ts';

/** Words that are learned in seconds: as many pairs as a tiny model keeps. */
const words: Readonly<Record<string, string>> = {
  open: 'öffnen',
  close: 'schließen',
  save: 'speichern',
  delete: 'löschen',
};
const things: Readonly<Record<string, string>> = {
  file: 'Datei',
  folder: 'Ordner',
  window: 'Fenster',
  image: 'Bild',
  text: 'Text',
  table: 'Tabelle',
};
const lines = Object.entries(words).flatMap(([verb, german]) =>
  Object.entries(things).map(([thing, noun]) => `${verb} ${thing}\t${noun} ${german}`),
);
const file = {
  name: 'commands.tsv',
  mimeType: 'text/tab-separated-values',
  buffer: Buffer.from(`source\ttarget\n${lines.join('\n')}\n`),
};

describeChromium('the training tab', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(() => playground.close());

  it('trains, pauses, goes on after a reload, and runs what it saved', async () => {
    const settings = 'epochs=100&width=32&layers=1&vocabulary=320&name=tiny&device=wasm';
    const page = await playground.open(`training?${settings}`);
    await page.getByLabel('File of pairs').setInputFiles(file);
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByLabel(/^Training loss after [1-9]\d* of 100 steps/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/“tiny” is paused after step \d+ \(commands.tsv\)/).waitFor();

    await page.reload();
    const paused = await page.getByText(/is paused after step/).textContent();
    const step = Number(/step (\d+)/.exec(paused!)![1]);
    expect(step).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('“tiny” is trained and saved in this browser.').waitFor();
    const [last, first] = await shownLosses(page);
    expect(last).toBeLessThan(first / 2);
    await keepScreenshot(page, 'training-finished');
    expect(await findBarriers(page)).toEqual([]);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download: tiny' }).click();
    expect((await download).suggestedFilename()).toBe('tiny.zip');

    await page.getByRole('button', { name: 'Translate with it' }).click();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByLabel('What it took').waitFor();
    expect(new URL(page.url()).hash).toContain('model=saved%3Atiny');
    expect(playground.errors).toEqual([]);
  }, 120_000);

  it.runIf(full)(
    'learns on WebGPU what it learns on WebAssembly',
    async () => {
      const losses: number[][] = [];
      for (const device of ['wasm', 'webgpu']) {
        const settings = `epochs=4&width=16&layers=1&vocabulary=320&name=${device}&device=${device}`;
        const page = await playground.open(`training?${settings}`);
        await page.getByLabel('File of pairs').setInputFiles(file);
        await page.getByRole('button', { name: 'Start training' }).click();
        await page
          .getByText(`“${device}” is trained and saved in this browser.`)
          .waitFor({ timeout: 100_000 });
        losses.push(await shownLosses(page));
        await page.close();
      }
      const [wasm, webgpu] = losses as [number[], number[]];
      expect(webgpu[0]!).toBeLessThan(webgpu[1]!);
      webgpu.forEach((loss, i) => {
        expect(loss).toBeCloseTo(wasm[i]!, 2);
      });
      expect(playground.errors).toEqual([]);
    },
    120_000,
  );

  it('says what is wrong with a setting or a file', async () => {
    const page = await playground.open('training?width=33&device=wasm');
    const start = page.getByRole('button', { name: 'Start training' });
    await start.click();
    await page.getByText('Width wants a multiple of 16 from 16 to 512: got "33"').waitFor();
    await page.getByLabel('Width').fill('32');
    const buffer = Buffer.from('english,german\nopen,öffnen\n');
    await page.getByLabel('File of pairs').setInputFiles({ ...file, name: 'other.csv', buffer });
    await start.click();
    await page.getByText(/column 'source' is missing; there are english, german/).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    expect(playground.errors).toEqual([]);
  }, 60_000);
});

/** The losses of the last and the first step, of a run that took all its steps. */
async function shownLosses(page: Page): Promise<[last: number, first: number]> {
  const label = await page.locator('.loss-chart').getAttribute('aria-label');
  const [, taken, all, last, first] =
    /after (\d+) of (\d+) steps: ([\d.]+), at first ([\d.]+)/.exec(label!)!;
  expect(taken).toBe(all);
  return [Number(last), Number(first)];
}
