import { describe, expect, it } from 'vitest';
import { ChatTemplateError } from '../../src/chat/error.ts';
import type { ChatTemplateLimits } from '../../src/chat/limits.ts';
import { renderChats } from '../../src/chat/render-chat.ts';

const render = async (template: string, limits: ChatTemplateLimits = {}) => {
  const [chat] = await renderChats(template, [[{ role: 'user', content: 'x' }]], {}, { limits });
  return chat!.text;
};

describe('a hostile template ends with a typed error', () => {
  const doubling = (body: string, times: number, start: string) =>
    `{% set ns = namespace(a=${start}) %}{% for i in range(${times}) %}{% set ns.a = ${body} %}{% endfor %}`;
  it.each([
    [
      'nested loops',
      '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}',
      'steps',
    ],
    [
      'loops over names that are not there',
      '{% for a in range(90000) %}{% for b in range(99) %}{{ c }}{% endfor %}{% endfor %}',
      'steps',
    ],
    ['a huge range', '{{ range(10 ** 15) }}', 'range'],
    ['a range without end', '{{ range(0, 1, 0) }}', 'range'],
    ['a doubling text', `${doubling('ns.a ~ ns.a', 60, "'ab'")}{{ ns.a }}`, 'output'],
    ['a doubling list', `${doubling('ns.a + ns.a', 60, '[1]')}{{ ns.a | length }}`, 'range'],
    [
      'a small list that prints long',
      `${doubling('[ns.a, ns.a]', 60, '[1]')}{{ ns.a | tojson }}`,
      'output',
    ],
    [
      'replacing by long texts',
      `${doubling('ns.a ~ ns.a', 20, "'ab'")}{{ ns.a | replace('a', ns.a) }}`,
      'string length',
    ],
    ['deep recursion', '{% macro f(x) %}{{ x(x) }}{% endmacro %}{{ f(f) }}', 'call stack'],
    ['a cycle', '{% set ns = namespace() %}{% set ns.a = ns %}{{ ns | tojson }}', 'nested deeper'],
    ['deep nesting', `{{ ${'('.repeat(50_000)} }}`, 'call stack'],
    ['long runs of spaces', ' '.repeat(100_000), 'spaces'],
    ['no end', '{% for a in messages %}', 'cannot be parsed'],
    ['an unknown filter', '{{ messages | nonsense }}', 'nonsense'],
  ])('%s', async (_, template, limit) => {
    const attempt = render(template);
    await expect(attempt).rejects.toThrow(ChatTemplateError);
    await expect(attempt).rejects.toThrow(limit);
  });

  it('keeps the limits it is given', async () => {
    expect(await render('{{ range(5) | join }}', { range: 5 })).toBe('01234');
    await expect(render('{{ range(6) | join }}', { range: 5 })).rejects.toThrow(
      'limit of 5 (range)',
    );
    await expect(render('{{ "abcdef" }}', { output: 5 })).rejects.toThrow('limit of 5 (output)');
    await expect(render('abcdef', { template: 5 })).rejects.toThrow('limits.template');
    await expect(render('', { memory: 5 } as ChatTemplateLimits)).rejects.toThrow(
      'unknown option "memory"',
    );
    await expect(render('', { steps: 0 })).rejects.toThrow('limits.steps: got 0');
  });
});

describe('what templates may use', () => {
  it('has Python spelling of dates', async () => {
    expect(await render('{{ strftime_now("%d %b %Y %H:%M %%") }}')).toMatch(
      /^\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d %$/,
    );
    await expect(render('{{ strftime_now("%Q") }}')).rejects.toThrow('%Q is not known');
  });
});
