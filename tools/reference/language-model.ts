/**
 * Trains the language identifier of @llm/tokenizers/text: a multinomial logistic regression on hashed character
 * n-grams, by AdaGrad, stored with 4 bits a weight.
 *
 * Text: npm `@instructure/quiz-translations` 22.18.0 and `@codingame/monaco-vscode-language-pack-*` 25.1.2, with
 * `@codingame/monaco-vscode-api`, a dev dependency here, for English; for everyday words and for "none of these"
 * (languages that the model does not know), the lists of `stopword` 3.1.5. All are under the MIT licence.
 * Install them somewhere and name the place:
 *
 *     npx tsx --conditions=@llm/source tools/reference/language-model.ts FOLDER/node_modules
 *
 * Writes src/text/language/weights.ts and test/text/fixtures/languages.json (text it was not trained on).
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  BUCKETS,
  hashedNgrams,
  lettersOf,
} from '../../packages/tokenizers/src/text/language/features.ts';
import { randomBelow, seededRandom } from '../../packages/tokenizers/src/text/random.ts';

const folder = resolve(process.argv[2] ?? 'node_modules');
const packageFolder = new URL('../../packages/tokenizers/', import.meta.url);
const random = seededRandom(7);
const UNKNOWN = 'und';
const SAMPLES = 6000;
const EPOCHS = 5;

/** Strings of one language, those held out apart: every tenth key, the same in all languages. */
const strings = new Map<string, { train: string[]; held: string[] }>();

function add(language: string, key: number, text: unknown): void {
  if (typeof text !== 'string') return;
  const plain = text.replace(/\{[^{}]*\}|<[^<>]*>|&&|https?:\S+|`[^`]*`|\S*[._/]\S+/g, ' ');
  if (lettersOf(plain).length < 6) return;
  let list = strings.get(language);
  if (!list) {
    list = { train: [], held: [] };
    strings.set(language, list);
  }
  list[key % 10 === 0 ? 'held' : 'train'].push(plain.replace(/\s+/g, ' ').trim());
}

const quiz = join(folder, '@instructure/quiz-translations/lib');
const english = JSON.parse(readFileSync(join(quiz, 'en.json'), 'utf8'));
const keys = Object.keys(english);
const textAt = (file: Record<string, unknown>, key: string): unknown => {
  const value = file[key] as { message?: unknown } | string | undefined;
  return typeof value === 'object' ? value?.message : value;
};
for (const name of readdirSync(quiz).sort()) {
  // Variants of English hold what differs from it only; `-x-` marks wording for schools.
  if (/^en.|-x-/.test(name) && name !== 'en.json') continue;
  const file = JSON.parse(readFileSync(join(quiz, name), 'utf8'));
  const language = name.slice(0, 2);
  keys.forEach((key, at) => {
    const text = textAt(file, key);
    if (language === 'en' || text !== textAt(english, key)) add(language, at, text);
  });
}

const packs: Record<string, string> = {
  cs: 'cs',
  de: 'de',
  es: 'es',
  fr: 'fr',
  it: 'it',
  ja: 'ja',
  ko: 'ko',
  pl: 'pl',
  pt: 'pt-br',
  ru: 'ru',
  tr: 'tr',
  zh: 'zh-hans',
};
for (const [language, pack] of Object.entries(packs)) {
  const root = join(folder, `@codingame/monaco-vscode-language-pack-${pack}/translations`);
  const main = (await import(pathToFileURL(join(root, 'main.i18n.json.js')).href)) as {
    default: unknown;
  };
  const walk = (node: unknown, at: number): void => {
    if (typeof node === 'string') add(language, at, node);
    else if (node && typeof node === 'object')
      for (const [index, child] of Object.values(node).entries()) walk(child, at + index);
  };
  walk(main.default, 0);
}

// English, from the package that the language packs translate.
const sources = new URL('../../node_modules/@codingame/monaco-vscode-api/', import.meta.url);
for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort()) {
  if (!name.endsWith('.js')) continue;
  const source = readFileSync(new URL(name, sources), 'utf8');
  for (const [, key, text] of source.matchAll(/localize2?\((\d+), "([^"\\]+)"/g)) {
    add('en', Number(key), text);
  }
}

const known = [...strings.keys()].sort();
const languages = [...known, UNKNOWN];

/** Lists of the languages that the model does not know, by the names `stopword` gives them. */
const OTHERS =
  'afr ben bre bul ell epo est eus fas glg guj hau heb hrv hun hye kur lat lav lit mar mya pan ron slk som sot swa tgl ukr urd yor zul';
const lists = createRequire(join(folder, 'x.js'))('stopword') as Record<string, string[]>;
const others = OTHERS.split(' ').flatMap((name) => (lists[name] ? [lists[name]] : []));

/** Stop words of the languages that the model knows. */
const EVERYDAY =
  'ar:ara ca:cat cs:ces da:dan de:deu en:eng es:spa fi:fin fr:fra ga:gle hi:hin id:ind it:ita ja:jpn ko:kor ms:msa nb:nob nl:nld pl:pol pt:por ru:rus sl:slv sv:swe th:tha tr:tur vi:vie zh:zho';
const everyday = new Map(
  EVERYDAY.split(' ').map((pair) => [pair.slice(0, 2), lists[pair.slice(3)]!] as const),
);

/** A training text: a string, a few words of one, or several; languages with spaces are cut at words. */
function sample(language: string): string {
  if (language === UNKNOWN) {
    const list = others[randomBelow(random, others.length)]!;
    // Every fifth word is held out.
    const words = list.filter((_, at) => at % 5 !== 0);
    return Array.from(
      { length: 3 + randomBelow(random, 20) },
      () => words[randomBelow(random, words.length)]!,
    ).join(' ');
  }
  // Everyday words, which interface texts are short of.
  if (random() < 0.3 && everyday.has(language)) {
    const words = everyday.get(language)!;
    const gap = /ja|zh|th/.test(language) ? '' : ' ';
    const length = 2 + randomBelow(random, 10);
    return Array.from({ length }, () => words[randomBelow(random, words.length)]!).join(gap);
  }
  const list = strings.get(language)!.train;
  const pick = () => list[randomBelow(random, list.length)]!;
  const kind = random();
  if (kind < 0.3) return pick();
  if (kind < 0.6) return [pick(), pick(), pick()].slice(0, 2 + randomBelow(random, 2)).join(' ');
  const units = Array.from(
    new Intl.Segmenter(language, { granularity: 'word' }).segment(pick()),
    (each) => each.segment,
  );
  const length = 3 + randomBelow(random, 12);
  return units
    .slice(randomBelow(random, Math.max(1, units.length - length)))
    .slice(0, length)
    .join('');
}

const samples = languages.flatMap((language, label) =>
  Array.from({ length: language === UNKNOWN ? 2 * SAMPLES : SAMPLES }, () => {
    const ngrams = hashedNgrams(lettersOf(sample(language)));
    return {
      label,
      buckets: Uint16Array.from(ngrams.keys()),
      values: Float32Array.from(ngrams.values()),
    };
  }),
);

const classes = languages.length;
const weights = new Float32Array(BUCKETS * classes);
const squares = new Float32Array(BUCKETS * classes).fill(1e-6);
const logits = new Float64Array(classes);

function forward(buckets: Uint16Array, values: Float32Array, table: Float32Array): void {
  logits.fill(0);
  buckets.forEach((bucket, at) => {
    for (let label = 0; label < classes; label++)
      logits[label]! += values[at]! * table[bucket * classes + label]!;
  });
  const largest = Math.max(...logits);
  let sum = 0;
  for (let label = 0; label < classes; label++) {
    logits[label] = Math.exp(logits[label]! - largest);
    sum += logits[label]!;
  }
  for (let label = 0; label < classes; label++) logits[label]! /= sum;
}

for (let epoch = 0; epoch < EPOCHS; epoch++) {
  for (let at = samples.length - 1; at > 0; at--) {
    const other = randomBelow(random, at + 1);
    [samples[at], samples[other]] = [samples[other]!, samples[at]!];
  }
  const rate = 0.5 * (1 - epoch / EPOCHS);
  let right = 0;
  for (const { label, buckets, values } of samples) {
    forward(buckets, values, weights);
    if (logits.indexOf(Math.max(...logits)) === label) right++;
    for (let each = 0; each < classes; each++) {
      const error = logits[each]! - (each === label ? 1 : 0);
      if (Math.abs(error) < 1e-3) continue;
      buckets.forEach((bucket, at) => {
        const place = bucket * classes + each;
        const gradient = error * values[at]! + 1e-6 * weights[place]!;
        squares[place]! += gradient * gradient;
        weights[place]! -= (rate * gradient) / Math.sqrt(squares[place]!);
      });
    }
  }
  console.log(
    `epoch ${epoch + 1}: ${((100 * right) / samples.length).toFixed(2)} % of the training samples`,
  );
}

// A constant added to all classes of a bucket changes no probability; without it the weights are smaller.
for (let bucket = 0; bucket < BUCKETS; bucket++) {
  const row = weights.subarray(bucket * classes, (bucket + 1) * classes);
  const mean = row.reduce((sum, each) => sum + each, 0) / classes;
  for (let label = 0; label < classes; label++) row[label]! -= mean;
}
const deviation = Math.sqrt(weights.reduce((sum, each) => sum + each * each, 0) / weights.length);
let best = { step: 0, error: Number.POSITIVE_INFINITY };
for (let step = 0.1 * deviation; step < deviation; step += 0.02 * deviation) {
  const error = weights.reduce((sum, each) => sum + (each - step * level(each, step)) ** 2, 0);
  if (error < best.error) best = { step, error };
}
function level(weight: number, step: number): number {
  return Math.max(-7, Math.min(7, Math.round(weight / step)));
}
const levels = Int8Array.from(weights, (weight) => level(weight, best.step));
const rounded = Float32Array.from(levels, (each) => each * best.step);

const held = known.map((language) => ({ language, texts: strings.get(language)!.held }));
for (const [name, table] of [
  ['f32', weights],
  ['4 bits', rounded],
] as const) {
  let right = 0;
  let all = 0;
  const lines: string[] = [];
  for (const { language, texts } of held) {
    const wrong = new Map<string, number>();
    let fine = 0;
    for (const text of texts) {
      const ngrams = hashedNgrams(lettersOf(text));
      forward(Uint16Array.from(ngrams.keys()), Float32Array.from(ngrams.values()), table);
      const got = languages[logits.indexOf(Math.max(...logits))]!;
      if (got === language) fine++;
      else wrong.set(got, (wrong.get(got) ?? 0) + 1);
    }
    right += fine;
    all += texts.length;
    lines.push(
      `${language} ${fine}/${texts.length} ${[...wrong].map(([to, count]) => `${to}:${count}`).join(' ')}`,
    );
  }
  console.log(`${name}: held out ${((100 * right) / all).toFixed(2)} % of ${all}`);
  if (name === '4 bits') console.log(lines.join('\n'));
}

// Two levels a byte, the first in the low bits; by bucket, then by language.
const bytes = new Uint8Array(Math.ceil(levels.length / 2));
levels.forEach((each, at) => {
  bytes[at >> 1]! |= (each + 8) << (4 * (at & 1));
});
writeFileSync(
  new URL('src/text/language/weights.ts', packageFolder),
  `/**
 * The trained language model, written by tools/reference/language-model.ts from text under the MIT licence
 * (npm \`@instructure/quiz-translations\`, \`@codingame/monaco-vscode-language-pack-*\` and \`-api\`, \`stopword\`).
 *
 * @module
 */

/** The classes; \`und\` stands for languages that the model does not know. */
export const LANGUAGES =
  '${languages.join(' ')}';

/** What one level of a weight is worth. */
export const STEP = ${best.step.toPrecision(6)};

/** Two weights a byte (level + 8, the first in the low bits), [buckets, languages], as base64. */
export const WEIGHTS =
  '${Buffer.from(bytes).toString('base64')}';
`,
);
const fixture = Object.fromEntries(
  held.map(({ language, texts }) => {
    const long = texts.filter(
      (text) => lettersOf(text).length >= (/ja|zh|ko|th/.test(language) ? 10 : 22),
    );
    const every = Math.max(1, Math.floor(long.length / 25));
    return [language, long.filter((_, at) => at % every === 0).slice(0, 25)];
  }),
);
writeFileSync(
  new URL('test/text/fixtures/languages.json', packageFolder),
  `${JSON.stringify(fixture, null, 1)}\n`,
);
