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

/** Encodings that OpenAI's libraries know. */
export type OpenAIEncoding = 'cl100k_base' | 'o200k_base';

/** Encodes texts, without special tokens. */
export type Encode = (texts: readonly string[]) => Promise<Iterable<number>[]> | Iterable<number>[];

/** What each round encodes. */
type Slices = readonly (readonly string[])[];

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

/** A contender that encodes one slice of the texts in each round. */
export function encoder(name: string, version: string, encode: Encode, slices: Slices): Contender {
  let slice: readonly string[] = [];
  let encoded: Iterable<number>[] = [];
  return {
    name,
    version,
    threads: 1,
    async prepare(round) {
      slice = slices[round % slices.length]!;
      encoded = [];
    },
    async run() {
      const started = performance.now();
      encoded = await encode(slice);
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
export async function openRust(json: string, slices: Slices): Promise<Contender> {
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
  return encoder(RUST, version, encode, slices);
}

/** Hugging Face's JavaScript. */
export async function openHuggingFace(json: string, slices: Slices): Promise<Contender> {
  const { Tokenizer } = loadPeer<HuggingFaceModule>(HUGGING_FACE);
  const tokenizer = new Tokenizer(JSON.parse(json), {});
  const encode: Encode = (batch) =>
    batch.map((text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
  return encoder(HUGGING_FACE, peerVersion(HUGGING_FACE), encode, slices);
}

/** How Hugging Face's JavaScript loads a file. */
export function loadHuggingFace(): {
  version: string;
  load(json: string): (text: string) => number[];
} {
  const { Tokenizer } = loadPeer<HuggingFaceModule>(HUGGING_FACE);
  const load = (json: string) => {
    const tokenizer = new Tokenizer(JSON.parse(json), {});
    return (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  };
  return { version: peerVersion(HUGGING_FACE), load };
}

/** gpt-tokenizer with an encoding of OpenAI. */
export async function openGptTokenizer(
  encoding: OpenAIEncoding,
  slices: Slices,
): Promise<Contender> {
  loadPeer(GPT_TOKENIZER);
  const require = createRequire(import.meta.url);
  const { encode } = require(`${GPT_TOKENIZER}/encoding/${encoding}`) as GptTokenizerModule;
  const all: Encode = (batch) => batch.map((text) => encode(text));
  return encoder(GPT_TOKENIZER, peerVersion(GPT_TOKENIZER), all, slices);
}

/** js-tiktoken with an encoding of OpenAI. */
export async function openTiktoken(name: OpenAIEncoding, slices: Slices): Promise<Contender> {
  const encoding = loadPeer<TiktokenModule>(JS_TIKTOKEN).getEncoding(name);
  const all: Encode = (batch) => batch.map((text) => encoding.encode(text));
  return encoder(JS_TIKTOKEN, peerVersion(JS_TIKTOKEN), all, slices);
}
