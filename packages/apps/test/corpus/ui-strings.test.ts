import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findPackage } from '../../src/corpus/find-package.ts';
import {
  copyBaseline,
  nearestBaseline,
  parseCorpusLanguage,
  readUserInterfaceStrings,
  splitCorpus,
} from '../../src/corpus/index.ts';

test('the German corpus has the counted sizes and known pairs', async () => {
  const { pairs, counts } = await readUserInterfaceStrings('de');
  expect(counts).toEqual({ workbench: 7019, extensions: 1857, typescript: 2097 });
  const translations = new Map(pairs.map((pair) => [pair.source, pair.target]));
  expect(translations.get('Sort Lines Ascending')).toBe('Zeilen aufsteigend sortieren');
  expect(translations.get('Delete Branch')).toBe('Branch löschen');
  expect(translations.get("'{0}' expected.")).toBe('"{0}" wurde erwartet.');

  const { training, heldOut, report } = splitCorpus(pairs);
  expect(training.length).toBe(8344);
  expect(heldOut.length).toBe(455);
  expect(heldOut.filter((pair) => pair.novel).length).toBe(147);
  const dropped = report.withoutWords + report.identical + report.tooLong + report.duplicates;
  expect(report.extracted - dropped).toBe(training.length + heldOut.length);
});

test('a missing package is named with the command that installs it', async () => {
  await expect(readUserInterfaceStrings('pt-br')).rejects.toThrow(
    'npm i -D @codingame/monaco-vscode-language-pack-pt-br@25.1.2',
  );
  const empty = await mkdtemp(join(tmpdir(), 'corpus-'));
  await expect(findPackage('typescript', 'typescript@5.9.3', [empty])).rejects.toThrow(
    'npm i -D typescript@5.9.3',
  );
  await rm(empty, { recursive: true });
});

test('an unknown language lists the known ones', () => {
  expect(parseCorpusLanguage('zh-hant')).toBe('zh-hant');
  expect(() => parseCorpusLanguage('toString')).toThrow(/choose one of cs, de, es/);
});

test('baselines copy, or look up the nearest training source', () => {
  const lookUp = nearestBaseline([
    { source: 'Open File', target: 'Datei öffnen', origin: 'workbench' },
    { source: 'Close File', target: 'Datei schließen', origin: 'workbench' },
    { source: 'Close File Now', target: 'Datei jetzt schließen', origin: 'workbench' },
  ]);
  expect(lookUp('close the file')).toBe('Datei schließen');
  expect(lookUp('a file')).toBe('Datei öffnen');
  expect(lookUp('Terminal')).toBe('Terminal');
  expect(copyBaseline('Terminal')).toBe('Terminal');
});
