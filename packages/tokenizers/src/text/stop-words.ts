import { TextError } from './error.ts';
import { splitWords } from './segment.ts';

/** Lists of the `stopword` package: ISO 639-1 code and the name it has there. */
const LISTS =
  'af:afr ar:ara bn:ben br:bre bg:bul ca:cat cs:ces da:dan de:deu el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj ha:hau he:heb hi:hin hr:hrv hu:hun hy:hye id:ind it:ita ja:jpn ko:kor ku:kur la:lat lt:lit lv:lav mr:mar ms:msa my:mya nb:nob nl:nld pl:pol pt:por ro:ron ru:rus sk:slk sl:slv so:som st:sot sv:swe sw:swa th:tha tl:tgl tr:tur uk:ukr ur:urd vi:vie yo:yor zh:zho zu:zul';

const names = new Map(LISTS.split(' ').map((pair) => pair.split(':') as [string, string]));

/** The languages that {@link stopWords} has lists of, as ISO 639-1 codes. */
export const STOP_WORD_LANGUAGES: readonly string[] = [...names.keys()];

/**
 * The stop words of a language, in lower case, from the `stopword` package, which is loaded on first use.
 *
 * @param language - ISO 639-1 code, such as `en`.
 * @throws TextError for a language without a list.
 */
export async function stopWords(language: string): Promise<ReadonlySet<string>> {
  const name = names.get(language);
  if (name === undefined) {
    throw new TextError(
      'no stop words',
      `stopWords: no list for ${JSON.stringify(language)}; there are lists for ${STOP_WORD_LANGUAGES.join(', ')}`,
    );
  }
  // @ts-expect-error: the package ships no types.
  const lists: Record<string, unknown> = await import('stopword');
  const list = lists[name];
  if (!Array.isArray(list))
    throw new Error(`stopWords: the stopword package has no list "${name}"`);
  return new Set(list.map((word) => String(word).normalize('NFC').toLowerCase()));
}

/**
 * The words that are no stop words, as they are spelled in the text.
 *
 * @param words - From {@link splitWords}, or a text to be cut by it.
 * @param stops - From {@link stopWords}, or a set of your own in lower case.
 */
export function removeStopWords(
  words: string | readonly string[],
  stops: ReadonlySet<string>,
): string[] {
  const list = typeof words === 'string' ? splitWords(words) : words;
  return list.filter((word) => !stops.has(word.normalize('NFC').toLowerCase()));
}
