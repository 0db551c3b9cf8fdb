import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { describeChromium } from '../../../tools/testing/chromium.ts';
import { full } from '../../../tools/testing/full.ts';
import { taskForms } from '../../src/run/tasks.ts';
import { findBarriers } from '../accessibility.ts';
import { keepScreenshot, type Playground, startPlayground } from '../open-page.ts';

const fixtures = fileURLToPath(
  new URL('../../../packages/apps/test/fixtures/pipelines/', import.meta.url),
);

describeChromium('the run tab', () => {
  let playground: Playground;
  let page: Page;
  beforeAll(async () => {
    playground = await startPlayground();
    page = await playground.open('run?task=text-classification&device=wasm');
  });
  afterEach(() => expect(playground.errors).toEqual([]));
  afterAll(() => playground.close());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const choose = (task: string) => page.getByLabel('Task').selectOption(task);
  const run = async () => {
    await button('Run').click();
    await page.getByLabel('What it took').or(page.getByRole('alert')).waitFor();
  };

  it('loads a model in the worker, and shows scores and what it took', async () => {
    await run();
    expect(await page.getByRole('row').count()).toBe(4); // a head and three classes
    const measured = await page.getByLabel('What it took').innerText();
    expect(measured).toMatch(/Device\s+WebAssembly\s+Time\s+\d+ ms/);
    expect(measured).toMatch(/Memory\s+[\d.]+ kB, at most [\d.]+ [kM]B/);
    await keepScreenshot(page, 'run-classification');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('streams what is generated, with its speed', async () => {
    await choose('text-generation');
    await page.getByLabel('New tokens at most').fill('12');
    await page.getByLabel('As a chat message').uncheck();
    await run();
    const measured = await page.getByLabel('What it took').innerText();
    expect(measured).toMatch(/Tokens\s+12\s+Speed\s+[\d.]+ tokens\/s/);
    expect(page.url()).toContain('max_new_tokens=12');
  });

  it('marks an answer in its text, from the keyboard alone', async () => {
    await choose('question-answering');
    await page.getByLabel('Question', { exact: true }).fill('What is a World Heritage Site?');
    await page.keyboard.press('Control+Enter');
    await page.locator('mark').waitFor();
    expect(await page.getByLabel('Text that holds the answer').inputValue()).toContain(
      (await page.locator('mark').innerText()).split('\n')[0]!,
    );
  });

  it('takes a folder of this computer', async () => {
    await choose('text-classification');
    await page.getByLabel('Folder of a model').setInputFiles(`${fixtures}several`);
    expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('folder:several');
    await run();
    expect(await page.getByRole('row').count()).toBeGreaterThan(1);
  });

  it.each([
    ['no/such-model', 'The hub does not give this model', /no such repository/],
    ['google-bert/bert-base-uncased', 'The model does not fit the task', /classifier.weight/],
    ['a b', 'That did not work', /names no model/],
  ])('says what to do about the model %s', async (model, title, advice) => {
    await page.getByLabel('Model', { exact: true }).fill(model);
    await run();
    const alert = page.getByRole('alert');
    expect(await alert.innerText()).toContain(title);
    expect(await alert.innerText()).toMatch(advice);
    if (model === 'no/such-model') await keepScreenshot(page, 'run-problem');
  });

  it('is cancelled, and runs again', async () => {
    const weights = /cross-encoder.*model\.safetensors/;
    const { context } = playground;
    await context.route(weights, () => {}); // never answered
    await choose('text-ranking');
    await button('Run').click();
    await button('Cancel').click();
    await button('Cancel').waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').count()).toBe(0);
    await context.unroute(weights);
    await run();
    expect(await page.getByRole('row').count()).toBe(4);
  });

  it('copies a link that opens the same', async () => {
    await playground.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await choose('fill-mask');
    await page.getByLabel('Text with [MASK]').fill('Ein [MASK] für Ähren & Öl?');
    await button('Copy link').click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await button('Copied').waitFor();
    const other = await playground.context.newPage();
    await other.goto(link);
    expect(await other.getByLabel('Text with [MASK]').inputValue()).toBe(
      'Ein [MASK] für Ähren & Öl?',
    );
    await other.close();
    await button('Copy as TypeScript').click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
      'await run("Ein [MASK] für Ähren & Öl?", { top_k: 5 });',
    );
  });

  it('is readable in the dark, and on 400 pixels', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 400, height: 800 });
    await choose('token-classification');
    await run();
    await keepScreenshot(page, 'run-dark-narrow');
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1200, height: 800 });
  });

  it.runIf(full).each(taskForms)('$id: its example gives a result', async ({ id }) => {
    await choose(id);
    await run();
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    await keepScreenshot(page, `run-${id}`);
    expect(await findBarriers(page)).toEqual([]);
  });

  it.runIf(full)('takes a folder of the web', async () => {
    await choose('text-classification');
    const model = 'distilbert/distilbert-base-uncased-finetuned-sst-2-english';
    const address = `${inject('hubHost')}/${model}/resolve/main/`;
    await page.getByLabel('Model', { exact: true }).fill(address);
    await run();
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    expect(await page.getByRole('row').count()).toBe(4);
  });

  it.runIf(full)('runs on WebGPU', async () => {
    await page.getByLabel('Device').selectOption('webgpu');
    await choose('text-classification');
    await run();
    expect(await page.getByLabel('What it took').innerText()).toMatch(/Device\s+WebGPU/);
  });
});
