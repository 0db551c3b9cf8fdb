/** Languages of many scripts; the engine may know fewer. */
const LANGUAGES: readonly string[] = (
  'af am ar as az be bg bn bo br bs ca ccp ce chr ckb cs cy da de dz el en es et eu fa ff-Adlm fi fo fr ga gd gl gu ' +
  'ha he hi hr hu hy id ig ii is it ja ka kk km kn ko kok ks ku ky lo lt lv mai mk ml mn mni mr ms mt my nb ne nl ' +
  'nqo or pa pa-Arab pl ps pt ro ru sa sat sd si sk sl so sq sr sr-Latn sv sw ta te tg th ti tk tr tt ug uk ur uz vai ' +
  'vi yi yo yue zgh zh zh-Hant zu'
).split(' ');

const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(0x41 + index));
const REGIONS = letters.flatMap((first) => letters.map((second) => first + second));
const CODES = REGIONS.map((region) => region.toLowerCase());

/** Names of regions, languages, scripts and currencies, as each language writes them. */
export function namesInAllLanguages(): string[] {
  return Intl.DisplayNames.supportedLocalesOf(LANGUAGES).flatMap((language) => {
    const ask = (type: 'region' | 'language', codes: readonly string[]) => {
      const names = new Intl.DisplayNames([language], { type, fallback: 'none' });
      return codes.flatMap((code) => names.of(code) ?? []);
    };
    return [...ask('region', REGIONS), ...ask('language', CODES)];
  });
}

/** A year of dates in words, as each language writes them, with its digits. */
export function fullDates(): string[] {
  return Intl.DateTimeFormat.supportedLocalesOf(LANGUAGES).flatMap((language) => {
    const format = new Intl.DateTimeFormat(language, {
      dateStyle: 'full',
      timeStyle: 'long',
      timeZone: 'UTC',
    });
    return Array.from({ length: 60 }, (_, index) =>
      format.format(Date.UTC(2024, 0, 1 + 6 * index, index % 24, index)),
    );
  });
}
