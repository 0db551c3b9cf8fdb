import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changed, formatLink, parseLink } from '../../src/state/link.ts';

describe('a link', () => {
  it('keeps the tab and any settings', () => {
    // Whole characters: an address cannot hold half of a surrogate pair.
    const text = fc.string({ unit: 'grapheme' });
    const parameters = fc.dictionary(text, text);
    fc.assert(
      fc.property(parameters, (all) => {
        const read = parseLink(formatLink({ tab: 'run', parameters: all }));
        expect(read.tab).toBe('run');
        expect({ ...read.parameters }).toEqual({ ...all });
      }),
    );
  });

  it('reads whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseLink(`#${text}`).tab).toBe('string');
      }),
    );
    expect(parseLink('')).toEqual({ tab: '', parameters: {} });
    expect(parseLink('#run?text=%')).toEqual({ tab: 'run', parameters: { text: '%' } });
  });

  it('changes and removes settings', () => {
    expect(changed({ a: '1', b: '2' }, { a: '3', b: undefined, c: '4' })).toEqual({
      a: '3',
      c: '4',
    });
  });
});
