import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { expect, it } from 'vitest';
import { startTinyHub } from '../../../tools/documents/tiny-hub.ts';
import { chromiumOptions, describeChromium } from '../../../tools/testing/chromium.ts';

describeChromium('the page', () => {
  it('loads a model in its worker, and answers what is typed', async () => {
    const hub = await startTinyHub();
    const root = fileURLToPath(new URL('..', import.meta.url));
    const server = await createServer({
      root,
      logLevel: 'error',
      resolve: { conditions: ['@llm/source'] },
      server: { port: 0, host: '127.0.0.1' },
    });
    await server.listen();
    const browser = await chromium.launch(chromiumOptions());
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(`${server.resolvedUrls!.local[0]}?hub=${encodeURIComponent(hub.host)}`);
      const result = page.locator('#result');
      const answer = /^(entailment|neutral|contradiction), \d+\.\d % \(\d+ ms\)$/;
      await page.waitForFunction(
        () => document.getElementById('result')!.textContent!.includes('ms'),
        null,
        { timeout: 120_000 },
      );
      const first = await result.textContent();
      expect(first).toMatch(answer);
      await page.fill('#text', 'The soup was cold');
      await page.waitForFunction(
        (before) => document.getElementById('result')!.textContent !== before,
        first,
      );
      expect(await result.textContent()).toMatch(answer);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
      await hub.close();
    }
  }, 180_000);
});
