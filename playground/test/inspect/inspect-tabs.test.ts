import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeChromium } from '../../../tools/testing/chromium.ts';
import { findBarriers } from '../accessibility.ts';
import { keepScreenshot, type Playground, startPlayground } from '../open-page.ts';

describeChromium('the views into models', () => {
  let playground: Playground;
  let page: Page;
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const goTo = (link: string) => page.evaluate((hash) => location.assign(hash), `#${link}`);

  beforeAll(async () => {
    playground = await startPlayground();
    const text = encodeURIComponent('The old bridge was closed.');
    page = await playground.open(`attention?device=wasm&layer=2&text=${text}`);
  });
  afterEach(() => expect(playground.errors).toEqual([]));
  afterAll(() => playground.close());

  it('shows where the heads look, and goes from one to the next by keys', async () => {
    await button('Look').click();
    await page.getByRole('heading', { name: 'Layer 2, head 1' }).waitFor();
    expect(await page.getByLabel('Heads').getByRole('button').count()).toBe(4);
    await button('Layer 2, head 1').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('heading', { name: 'Layer 2, head 2' }).waitFor();
    expect(page.url()).toContain('head=2');
    const looking = page.getByLabel('Tokens that look');
    await looking.getByRole('button').first().focus();
    await page.keyboard.press('End');
    expect(await page.evaluate(() => document.activeElement!.getAttribute('aria-label'))).toMatch(
      /^\[SEP\] looks at .+ [\d.]+ %, .+ [\d.]+ %$/,
    );
    await page.getByText('As a table').click();
    const cells = await page.locator('.table-frame tbody tr').first().locator('td').allInnerTexts();
    const sum = cells.reduce((total, cell) => total + Number(cell), 0);
    expect(Math.abs(sum - 1)).toBeLessThan(0.005 * cells.length + 1e-9); // two decimals each
    await keepScreenshot(page, 'attention');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('shows where a translation looks in its source', async () => {
    await goTo('attention?device=wasm&model=google-t5/t5-small&text=A%20house&target=Ein%20Haus');
    await button('Look').click();
    const part = page.getByLabel('Attention of');
    await part.waitFor();
    expect(await part.inputValue()).toBe('cross');
    await part.selectOption('decoder');
    expect(page.url()).toContain('part=decoder');
    expect(
      await page.getByLabel('Tokens that look').getByRole('button').first().textContent(),
    ).toBe('<pad>');
    await keepScreenshot(page, 'attention-translation');
  });

  it.each([
    ['HuggingFaceTB/SmolLM2-135M-Instruct', 'Perplexity'],
    ['google-bert/bert-base-uncased', 'Pseudo-perplexity'],
  ])('shows what %s expected', async (model, figure) => {
    await goTo(`probabilities?device=wasm&text=The%20old%20bridge%20was%20closed.&model=${model}`);
    await button('Score').click();
    await page.getByText(figure, { exact: true }).waitFor();
    const tokens = page.getByLabel('Tokens of the text');
    await tokens.getByRole('button').nth(2).focus();
    await page.keyboard.press('ArrowRight');
    const shares = await page.locator('.alternatives .number').allInnerTexts();
    expect(shares).toHaveLength(10);
    const values = shares.map((share) => Number.parseFloat(share.replace('< ', '')));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    await keepScreenshot(page, `probabilities-${figure === 'Perplexity' ? 'causal' : 'masked'}`);
    expect(await findBarriers(page)).toEqual([]);
  });

  it.each([
    ['attention', 'Look', 'Tokens that look'],
    ['probabilities', 'Score', 'Tokens of the text'],
  ])('%s: WebGPU shows what WebAssembly does', async (tab, start, tokens) => {
    const buttons = page.getByLabel(tokens).getByRole('button');
    const shown: number[][] = [];
    for (const device of ['wasm', 'webgpu']) {
      await goTo(`${tab}?device=${device}&text=The%20old%20bridge`);
      await button(start).click();
      await buttons.first().waitFor();
      const labels = await buttons.evaluateAll((all) => all.map((each) => each.ariaLabel));
      shown.push(labels.flatMap((label) => [...label!.matchAll(/[\d.]+(?= %)/g)].map(Number)));
    }
    const [wasm, webgpu] = shown as [number[], number[]];
    expect(wasm.length).toBeGreaterThan(2);
    expect(webgpu).toHaveLength(wasm.length);
    // Shares are shown with two digits: one more in the last of them is at most a tenth.
    webgpu.forEach((share, i) => {
      expect(Math.abs(share / wasm[i]! - 1)).toBeLessThan(0.101);
    });
  });

  it('says which models can be scored', async () => {
    await goTo('probabilities?device=wasm&model=google-t5/t5-small');
    await button('Score').click();
    expect(await page.getByRole('alert').innerText()).toContain(
      'want a model that continues texts',
    );
  });

  it('is readable in the dark, and on 400 pixels', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 400, height: 800 });
    await goTo('attention?device=wasm');
    await button('Look').click();
    await page.getByRole('heading', { name: 'Layer 1, head 1' }).waitFor();
    await keepScreenshot(page, 'attention-dark-narrow');
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
  });
});
