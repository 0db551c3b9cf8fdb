import type { Decoder } from '../decoders/decoder.ts';
import { type ComponentReader, Registry } from '../json/registry.ts';
import type { TokenModel } from '../models/model.ts';
import type { Normalizer } from '../normalizers/normalizer.ts';
import type { PostProcessor } from '../post-processors/post-processor.ts';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.ts';

/** The kinds of components that tokenizer.json is made of. */
export interface ComponentKinds {
  /** Rewrite the text. */
  normalizers: Normalizer;
  /** Split it into pieces. */
  preTokenizers: PreTokenizer;
  /** Turn pieces into ids. */
  models: TokenModel;
  /** Add special tokens. */
  postProcessors: PostProcessor;
  /** Turn tokens into text. */
  decoders: Decoder;
}

/** Name of a kind. */
export type ComponentKind = keyof ComponentKinds;

/** How to build components, by kind and by their `type` in tokenizer.json. */
export type ComponentReaders = {
  readonly [Kind in ComponentKind]?: Readonly<
    Record<string, ComponentReader<ComponentKinds[Kind]>>
  >;
};

/** What builds the components of a file. */
export type Components = { readonly [Kind in ComponentKind]: Registry<ComponentKinds[Kind]> };

/** The kinds: their entry in tokenizer.json, the field that lists the parts of a Sequence, and the word for messages. */
export const KINDS = {
  normalizers: { entry: 'normalizer', parts: 'normalizers', word: 'normalizer' },
  preTokenizers: { entry: 'pre_tokenizer', parts: 'pretokenizers', word: 'pre-tokenizer' },
  models: { entry: 'model', parts: undefined, word: 'model' },
  postProcessors: { entry: 'post_processor', parts: 'processors', word: 'post-processor' },
  decoders: { entry: 'decoder', parts: 'decoders', word: 'decoder' },
} as const satisfies Readonly<
  Record<ComponentKind, { entry: string; parts: string | undefined; word: string }>
>;

/**
 * Puts readers together.
 *
 * @param families - Readers; where a type stands in two of them, the later one counts.
 * @param types - Further types that are supported, by kind, for messages.
 */
export function componentsOf(
  families: readonly ComponentReaders[],
  types?: Readonly<Record<ComponentKind, readonly string[]>>,
): Components {
  const registry = <Kind extends ComponentKind>(kind: Kind): Registry<ComponentKinds[Kind]> => {
    const readers = Object.assign({}, ...families.map((family) => family[kind]));
    return new Registry<ComponentKinds[Kind]>(KINDS[kind].word, readers, types?.[kind]);
  };
  return {
    normalizers: registry('normalizers'),
    preTokenizers: registry('preTokenizers'),
    models: registry('models'),
    postProcessors: registry('postProcessors'),
    decoders: registry('decoders'),
  };
}

/** Readers with their types checked; all tokenizers share them. */
export function componentFamily<const Readers extends ComponentReaders>(
  readers: Readers,
): Readonly<Readers> {
  return Object.freeze(readers);
}
