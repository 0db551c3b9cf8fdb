import { type RawPair, readExtensionStrings } from './extension-strings.ts';
import { findPackage } from './find-package.ts';
import {
  type CorpusLanguage,
  corpusVersion,
  englishPackage,
  languagePackage,
  typescriptFolder,
} from './languages.ts';
import { readTypescriptMessages } from './typescript-messages.ts';
import { parseTranslationArray, readEnglishStrings } from './workbench-strings.ts';

/** Where a pair of strings comes from. */
export type PairOrigin = 'workbench' | 'extensions' | 'typescript';

/** A user-interface string in English and in the target language. */
export interface TranslationPair {
  /** English, one line. */
  source: string;
  /** The translation, one line. */
  target: string;
  /** The body of strings it was taken from. */
  origin: PairOrigin;
}

/** The strings as extracted: neither deduplicated nor split. */
export interface UserInterfaceStrings {
  /** All pairs, in a fixed order: workbench by index, extensions by file, TypeScript by code. */
  pairs: TranslationPair[];
  /** How many pairs each origin gave. */
  counts: Record<PairOrigin, number>;
}

/**
 * Writes a message on one line, without the `&&` that marks a menu's access key (which stands
 * before a letter; the operator `&&` has a space or a quote after it). Placeholders stay.
 */
export function cleanMessage(text: string): string {
  return text
    .replace(/\s*\(&&\p{L}\)/gu, '') // the form of Chinese, Japanese and Korean menus
    .replace(/&&(?=\p{L})/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/**
 * Reads the user-interface strings of Visual Studio Code (MIT) and TypeScript (Apache-2.0) from the
 * npm packages that hold them; nothing is downloaded and no code of the packages is run.
 *
 * @param language - the target language
 * @throws Error naming the command that installs a missing package, or the versions that differ
 */
export async function readUserInterfaceStrings(
  language: CorpusLanguage,
): Promise<UserInterfaceStrings> {
  const { readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const english = await findPackage(englishPackage, `${englishPackage}@${corpusVersion}`);
  const packName = languagePackage(language);
  const pack = await findPackage(packName, `${packName}@${corpusVersion}`);
  if (pack.version !== english.version) {
    throw new Error(
      `corpus: ${packName} is version ${pack.version} but ${englishPackage} is ${english.version}; strings are matched by index, so install equal versions: npm i -D ${packName}@${english.version}`,
    );
  }
  const translations = parseTranslationArray(
    await readFile(join(pack.folder, 'translations', 'main.i18n.json.js'), 'utf8'),
  );
  const workbench: RawPair[] = [];
  const indexed = [...(await readEnglishStrings(english))].sort(([a], [b]) => a - b);
  for (const [index, source] of indexed) {
    const target = translations[index];
    if (target !== undefined) workbench.push([source, target]);
  }
  const extensions = await readExtensionStrings(pack.folder);
  const typescript = await readTypescriptMessages(
    (await findPackage('typescript', 'typescript@5.9.3')).folder,
    typescriptFolder(language),
  );
  const pairs = [
    ...toPairs(workbench, 'workbench'),
    ...toPairs(extensions, 'extensions'),
    ...toPairs(typescript, 'typescript'),
  ];
  return {
    pairs,
    counts: {
      workbench: workbench.length,
      extensions: extensions.length,
      typescript: typescript.length,
    },
  };
}

const toPairs = (raw: RawPair[], origin: PairOrigin): TranslationPair[] =>
  raw.map(([source, target]) => ({
    source: cleanMessage(source),
    target: cleanMessage(target),
    origin,
  }));
