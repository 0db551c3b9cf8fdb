import { describe, expect, it } from 'vitest';
import { htmlStep, htmlToText, prepareText } from '../../src/text/index.ts';
import { collect } from './support.ts';

describe('htmlToText', () => {
  it('keeps the text of a page, without scripts, styles and pictures', async () => {
    const html =
      '<title>T</title><style>p{}</style><h1>Tea</h1><p>One &amp; <b>two</b>&nbsp;<a href="https://x.org">link</a></p><script>no()</script><table><tr><th>Kind<th>Cups<tr><td>green<td>2</table><ul><li>a<li>b</ul><img src="i.png" alt="i">';
    const text = await htmlToText(html);
    expect(text.replace(/\u00a0/g, ' ')).toMatch(
      /^Tea\n+One & two link\n+Kind +Cups\ngreen +2\n+ \* a\n \* b$/,
    );
    expect(await htmlToText(html, { links: true })).toContain('https://x.org');
  });

  it('reads the parts that were asked for', async () => {
    const html = '<body><nav>Menu</nav><main><p>Text<footer>Foot</footer></main></body>';
    expect(await htmlToText(html, { selectors: ['main'], skip: ['footer'] })).toBe('Text');
  });

  it('refuses long and drops deep and empty pages', async () => {
    await expect(htmlToText('<p>long', { max_length: 5 })).rejects.toThrow('7 UTF-16 units');
    const rows = ['<p>fine', '<p>this is too long a page, it is', '<img src="x">'];
    const run = prepareText(rows, [htmlStep({ max_length: 20 })]);
    expect((await collect(run)).map(({ text }) => text)).toEqual(['fine']);
    expect(Object.keys(run.report.steps[0]!.dropped)).toEqual(['html too long', 'empty']);
  });

  it('refuses elements nested 20,000 deep', async () => {
    await expect(htmlToText(`${'<div>'.repeat(200_000)}x`)).rejects.toThrow('2000 deep');
    expect(await htmlToText(`${'<div>'.repeat(1000)}x`)).toBe('x');
  });

  it('refuses an unknown option', async () => {
    await expect(htmlToText('', { selector: 'p' } as object)).rejects.toThrow('unknown option');
  });
});
