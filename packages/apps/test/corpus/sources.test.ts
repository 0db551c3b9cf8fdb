import { expect, test } from 'vitest';
import { messageOfBundleKey } from '../../src/corpus/extension-strings.ts';
import { collectDiagnostics } from '../../src/corpus/typescript-messages.ts';
import { cleanMessage } from '../../src/corpus/ui-strings.ts';
import { collectLocalizeCalls, parseTranslationArray } from '../../src/corpus/workbench-strings.ts';

test('collects localize calls by index and leaves computed messages out', () => {
  const found = new Map<number, string>();
  const source = `
    a = ( localize(3, "Open {0}", name)); b = localize2(
      4,
      'Don\\'t ' + "save"
    );
    c = localize(5, message); d = localize(6, "x" + y); e = localize(3, "again"); f = unlocalize(7, "no");`;
  collectLocalizeCalls(source, found);
  expect([...found]).toEqual([
    [3, 'Open {0}'],
    [4, "Don't save"],
  ]);
});

test('reads a pack array, gaps included, and refuses anything but strings', () => {
  const source = 'var content = [\n\tundefined,\n\t"[a], \\"b\\"",\n\tundefined,\n\t"c"\n];';
  expect(parseTranslationArray(source)).toEqual([undefined, '[a], "b"', undefined, 'c']);
  expect(() => parseTranslationArray('var content = ["a", run()];')).toThrow(/at entry 1/);
  expect(() => parseTranslationArray('var content = ["a"')).toThrow(/language pack/);
  expect(() => parseTranslationArray('')).toThrow(/language pack/);
});

test.each([
  ['XHR/Fetch URLs', 'XHR/Fetch URLs'],
  ['Learn more about JS/TS refactorings', 'Learn more about JS/TS refactorings'],
  ['The PR "{0}/{1}#{2}" exists.', 'The PR "{0}/{1}#{2}" exists.'],
  ['See https://code.visualstudio.com/Docs', 'See https://code.visualstudio.com/Docs'],
  ['Your Code: {0}/The {0} will be a code, e.g. 1-2', 'Your Code: {0}'],
  ['Publish Branch/{Locked="Branch"}Do not translate', 'Publish Branch'],
  ['Install it?/"DWARF Debugging" is a name', 'Install it?'],
])('takes the comment off the bundle key %s', (key, message) => {
  expect(messageOfBundleKey(key)).toBe(message);
});

test('collects diagnostics in every quoting', () => {
  const source = `
  A: diag(1, 1 /* Error */, "A_1", "'{0}' expected."),
  B: diag(2, 3 /* Message */, "B_2", 'say \\'{ "a" }\\'', /*reports*/ true),
  C: diag(3, 1 /* Error */, "C_3", \`\\\`x\\\`\`)`;
  expect([...collectDiagnostics(source)]).toEqual([
    ['A_1', "'{0}' expected."],
    ['B_2', 'say \'{ "a" }\''],
    ['C_3', '`x`'],
  ]);
});

test('takes access keys out of menus and leaves operators', () => {
  expect(cleanMessage('&&Open\n  File… ')).toBe('Open File…');
  expect(cleanMessage('ファイル(&&F)')).toBe('ファイル');
  expect(cleanMessage('use && or "&&"')).toBe('use && or "&&"');
});
