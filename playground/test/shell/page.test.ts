import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeChromium } from '../../../tools/testing/chromium.ts';
import { tabs } from '../../src/shell/tabs.ts';
import { type Playground, startPlayground } from '../open-page.ts';

/** The most bytes that the page loads before a model is wanted, gzipped. */
const firstLoad = 250_000;

describeChromium('the page', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(() => playground.close());

  it('loads few bytes before a model is wanted', async () => {
    // Without the service worker, which fetches the rest of the page's files in the background.
    const browser = playground.context.browser()!;
    const context = await browser.newContext({ serviceWorkers: 'block' });
    try {
      const page = await context.newPage();
      const bodies: Promise<Buffer>[] = [];
      page.on('response', (response) => bodies.push(response.body()));
      await page.goto(playground.address, { waitUntil: 'networkidle' });
      await page.getByRole('button', { name: 'Run' }).waitFor();
      const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(sizes.length).toBeGreaterThan(2);
      expect(total).toBeLessThan(firstLoad);
      // Without it the page computes on one thread, and says so.
      expect(await page.getByText('one thread').count()).toBe(1);
    } finally {
      await context.close();
    }
  });

  it('has tabs that arrow keys go through, and that links open', async () => {
    const page = await playground.open('');
    const shown = () => page.locator('[role=tab][aria-selected=true]').innerText();
    expect(await shown()).toBe(tabs[0]!.title);
    await page.locator('[role=tab][aria-selected=true]').focus();
    for (const { id, title } of [...tabs.slice(1), tabs[0]!]) {
      await page.keyboard.press('ArrowRight');
      expect(await shown()).toBe(title);
      expect(page.url()).toContain(`#${id}`);
      expect(await page.evaluate(() => document.activeElement!.textContent)).toBe(title);
    }
    await page.keyboard.press('End');
    expect(await shown()).toBe(tabs.at(-1)!.title);

    // The device is the page's, whichever tab it was chosen in; everything is reached by the Tab key, in reading order.
    await page.getByLabel('Device').selectOption('wasm');
    await page.getByLabel('Device').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    expect(page.url()).toMatch(/#run\?device=wasm$/);
    const names: string[] = [];
    for (let step = 0; step < 7; step++) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(() => {
          const element = document.activeElement as HTMLInputElement;
          return element.labels?.[0]?.textContent || element.textContent!;
        }),
      );
    }
    expect(names).toEqual([
      'Task',
      'Model',
      'Choose a folder…',
      'New tokens at most',
      'As a chat message',
      'Draw tokens at random',
      'Temperature',
    ]);
    await page.close();
  });

  it('opens and runs a model without a network, once both were loaded', async () => {
    const link = 'run?task=fill-mask&device=wasm';
    const page = await playground.open(link);
    const result = async () => {
      await page.getByRole('button', { name: 'Run' }).click();
      await page.locator('.measurements, .problem').waitFor();
      return page.getByRole('row').allInnerTexts();
    };
    const online = await result();
    expect(online.length).toBe(6); // a head and five words
    await playground.context.setOffline(true);
    try {
      await page.reload();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(await result()).toEqual(online);
      expect(playground.errors).toEqual([]);
    } finally {
      await playground.context.setOffline(false);
      await page.close();
    }
  });
});
