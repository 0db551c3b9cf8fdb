/** Version of the packages the strings are read from; indices align only within one version. */
export const corpusVersion = '25.1.2';

/** The package that holds the English strings. */
export const englishPackage = '@codingame/monaco-vscode-api';

/** Target languages: the suffix of the language pack, and the folder under `typescript/lib`. */
const typescriptFolders = {
  cs: 'cs',
  de: 'de',
  es: 'es',
  fr: 'fr',
  it: 'it',
  ja: 'ja',
  ko: 'ko',
  pl: 'pl',
  'pt-br': 'pt-br',
  ru: 'ru',
  tr: 'tr',
  'zh-hans': 'zh-cn',
  'zh-hant': 'zh-tw',
} as const;

/** A language the strings are translated into. */
export type CorpusLanguage = keyof typeof typescriptFolders;

/** Every language the strings are translated into. */
export const corpusLanguages = Object.keys(typescriptFolders) as CorpusLanguage[];

/**
 * Checks a language given by the user.
 *
 * @throws Error listing the languages there are
 */
export function parseCorpusLanguage(language: string): CorpusLanguage {
  if (Object.hasOwn(typescriptFolders, language)) return language as CorpusLanguage;
  throw new Error(
    `corpus: unknown language '${language}'; choose one of ${corpusLanguages.join(', ')}`,
  );
}

/** The npm package of a language's translations. */
export const languagePackage = (language: CorpusLanguage): string =>
  `@codingame/monaco-vscode-language-pack-${language}`;

/** The folder below `typescript/lib` that holds a language's message catalogue. */
export const typescriptFolder = (language: CorpusLanguage): string => typescriptFolders[language];
