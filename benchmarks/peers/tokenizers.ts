/**
 * Tokenizers of other projects, each as a function from texts to ids.
 *
 * @module
 */
import { createRequire } from 'node:module';
import type { Contender } from '../harness/case.ts';
import { loadPeer, peerVersion } from './install.ts';

/** The Rust library's binding for Node. */
export const RUST = 'tokenizers';
/** Hugging Face's tokenizers in JavaScript. */
export const HUGGING_FACE = '@huggingface/tokenizers';
/** OpenAI's encodings in TypeScript. */
export const GPT_TOKENIZER = 'gpt-tokenizer';
/** OpenAI's encodings in JavaScript. */
export const JS_TIKTOKEN = 'js-tiktoken';

/** Encodes texts, without special tokens. */
export type Encode = (texts: readonly string[]) => Promise<Iterable<number>[]> | Iterable<number>[];

interface RustModule {
  Tokenizer: {
    fromString(json: string): {
      encodeBatch(
        texts: readonly string[],
        options: { addSpecialTokens: boolean },
      ): Promise<{ getIds(): number[] }[]>;
    };
  };
}
interface HuggingFaceModule {
  Tokenizer: new (
    json: unknown,
    config: object,
  ) => { encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] } };
}
interface GptTokenizerModule {
  encode(text: string): number[];
}
interface TiktokenModule {
  getEncoding(name: string): { encode(text: string): number[] };
}

/** A contender that encodes the same texts in every round. */
export function encoder(
  name: string,
  version: string,
  encode: Encode,
  texts: readonly string[],
): Contender {
  let encoded: Iterable<number>[] = [];
  return {
    name,
    version,
    threads: 1,
    async prepare() {
      encoded = [];
    },
    async run() {
      const started = performance.now();
      encoded = await encode(texts);
      return performance.now() - started;
    },
    async result() {
      return encoded.flatMap((ids) => [...ids]);
    },
    async close() {
      encoded = [];
    },
  };
}

/** The Rust library on one thread; ids are read out, as a caller has to. */
export async function openRust(json: string, texts: readonly string[]): Promise<Contender> {
  // Read when the library starts its threads, at the first batch.
  process.env.RAYON_NUM_THREADS = '1';
  const require = createRequire(import.meta.url);
  const { Tokenizer } = require(RUST) as RustModule;
  const { version } = require(`${RUST}/package.json`) as { version: string };
  const tokenizer = Tokenizer.fromString(json);
  const encode: Encode = async (batch) => {
    const encodings = await tokenizer.encodeBatch(batch, { addSpecialTokens: false });
    return encodings.map((each) => each.getIds());
  };
  return encoder(RUST, version, encode, texts);
}

/** Hugging Face's JavaScript. */
export async function openHuggingFace(json: string, texts: readonly string[]): Promise<Contender> {
  const { Tokenizer } = loadPeer<HuggingFaceModule>(HUGGING_FACE);
  const tokenizer = new Tokenizer(JSON.parse(json), {});
  const encode: Encode = (batch) =>
    batch.map((text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
  return encoder(HUGGING_FACE, peerVersion(HUGGING_FACE), encode, texts);
}

/** How Hugging Face's JavaScript loads a file. */
export function loadHuggingFace(): { version: string; load: (json: string) => unknown } {
  const { Tokenizer } = loadPeer<HuggingFaceModule>(HUGGING_FACE);
  const load = (json: string) => new Tokenizer(JSON.parse(json), {});
  return { version: peerVersion(HUGGING_FACE), load };
}

/** gpt-tokenizer with o200k. */
export async function openGptTokenizer(texts: readonly string[]): Promise<Contender> {
  loadPeer(GPT_TOKENIZER);
  const require = createRequire(import.meta.url);
  const { encode } = require(`${GPT_TOKENIZER}/encoding/o200k_base`) as GptTokenizerModule;
  const all: Encode = (batch) => batch.map((text) => encode(text));
  return encoder(GPT_TOKENIZER, peerVersion(GPT_TOKENIZER), all, texts);
}

/** js-tiktoken with o200k. */
export async function openTiktoken(texts: readonly string[]): Promise<Contender> {
  const encoding = loadPeer<TiktokenModule>(JS_TIKTOKEN).getEncoding('o200k_base');
  const all: Encode = (batch) => batch.map((text) => encoding.encode(text));
  return encoder(JS_TIKTOKEN, peerVersion(JS_TIKTOKEN), all, texts);
}
