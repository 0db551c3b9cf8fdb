import { describe, expect, it } from 'vitest';
import { parseReference, referenceAsCode, rememberFolder } from '../../src/models/reference.ts';

function fileOf(path: string): File {
  const file = new File(['{}'], path.split('/').at(-1)!);
  Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

describe('parseReference', () => {
  it.each([
    ['gpt2', { kind: 'repository', id: 'gpt2' }],
    [' openai-community/gpt2 ', { kind: 'repository', id: 'openai-community/gpt2' }],
    ['https://example.org/m', { kind: 'url', url: 'https://example.org/m' }],
    ['saved:my model', { kind: 'saved', name: 'my model' }],
  ])('reads %s', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  it.each([
    ['', 'no model is named'],
    ['a/b/c', 'names no model'],
    ['javascript:alert(1)', 'names no model'],
    ['folder:elsewhere', 'choose it with'],
  ])('refuses %j', (text, message) => {
    expect(() => parseReference(text)).toThrow(message);
  });

  it('finds the files of a folder that was picked', () => {
    const text = rememberFolder([fileOf('my-model/config.json'), fileOf('my-model/1/a.bin')]);
    expect(text).toBe('folder:my-model');
    expect(parseReference(text)).toMatchObject({
      kind: 'folder',
      files: [{ name: 'config.json' }, { name: '1/a.bin' }],
    });
    expect(referenceAsCode(text)).toBe('"./my-model"');
  });

  it('refuses a folder without a model', () => {
    expect(() => rememberFolder([fileOf('photos/a.jpg')])).toThrow('"photos" holds no config.json');
  });
});
