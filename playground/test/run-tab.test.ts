import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeChromium } from '../../tools/testing/chromium.ts';
import { keepScreenshot, type Playground, startPlayground } from './open-page.ts';

describeChromium('the run tab', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(() => playground.close());

  it('classifies', async () => {
    const page = await playground.open('run?task=text-classification&device=wasm');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByLabel('What it took').waitFor();
    await keepScreenshot(page, 'run-classification');
    expect(await page.locator('.scores tbody tr').count()).toBe(3);
    expect(playground.errors).toEqual([]);
  });
});
