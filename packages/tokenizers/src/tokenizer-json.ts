import type { AddedToken } from './added-vocabulary.ts';
import {
  type ComponentKind,
  type ComponentKinds,
  type Components,
  KINDS,
} from './components/components.ts';
import { TokenizerFileError } from './json/error.ts';
import { describe, Fields, type Json } from './json/fields.ts';
import type { TextPipeline, TokenizerParts } from './text-pipeline.ts';

/** The only version of the format there has been. */
export const VERSION = '1.0';

/**
 * Builds a tokenizer from the content of a tokenizer.json.
 *
 * @param value - The parsed file.
 * @param components - What builds its components.
 * @param file - Its name, for messages.
 * @param Kind - Class of the tokenizer.
 * @throws TokenizerFileError naming the component or field that is wrong or not supported.
 */
export function buildTokenizer<Built extends TextPipeline>(
  value: unknown,
  components: Components,
  file: string,
  Kind: new (parts: TokenizerParts) => Built,
): Built {
  const root = new Fields(value, file);
  const version = root.raw('version');
  if (version !== undefined && version !== VERSION) {
    throw new TokenizerFileError(
      `${file}: got version ${describe(version)}, wants ${describe(VERSION)}`,
    );
  }
  const component = <Name extends ComponentKind>(kind: Name): ComponentKinds[Name] | undefined => {
    const { entry } = KINDS[kind];
    const part = root.raw(entry);
    return part == null ? undefined : components[kind].parse(part, `${file}: ${entry}`);
  };
  const tokenizer = new Kind({
    normalizer: component('normalizers'),
    preTokenizer: component('preTokenizers'),
    model: components.models.parse(withModelType(root.raw('model')), `${file}: model`),
    postProcessor: component('postProcessors'),
    decoder: component('decoders'),
    truncation: (root.raw('truncation') ?? null) as Json,
    padding: (root.raw('padding') ?? null) as Json,
  });
  const added = root.raw('added_tokens') ?? [];
  if (!Array.isArray(added)) throw new TokenizerFileError(`${file}: added_tokens: wants a list`);
  addTokens(tokenizer, added, file);
  root.finish();
  return tokenizer;
}

/** Files of 2020 do not name the model's type; only BPE has merges. */
function withModelType(model: unknown): unknown {
  if (typeof model !== 'object' || model === null || Object.hasOwn(model, 'type')) return model;
  return Object.hasOwn(model, 'merges') ? { type: 'BPE', ...model } : model;
}

function addTokens(tokenizer: TextPipeline, values: readonly unknown[], file: string): void {
  const tokens = values
    .map((value, index) => {
      const fields = new Fields(value, `${file}: added_tokens[${index}]`);
      const id = fields.integer('id');
      const token = readAddedToken(fields);
      fields.finish();
      return { id, token };
    })
    .sort((a, b) => a.id - b.id);
  tokenizer.addTokens(tokens.map(({ token }) => token));
  for (const { id, token } of tokens) {
    const given = tokenizer.tokenToId(token.content);
    if (given !== id) {
      throw new TokenizerFileError(
        `${file}: added_tokens: ${describe(token.content)} has id ${id}, but its place in the vocabulary is ${given ?? 'none'}; ids of added tokens must follow the vocabulary without gaps`,
      );
    }
  }
}

/**
 * Reads the properties of an added token.
 *
 * @param fields - The object; `content` is needed, the rest has the Rust library's defaults.
 */
export function readAddedToken(fields: Fields): AddedToken {
  const special = fields.boolean('special', false);
  return {
    content: fields.string('content'),
    single_word: fields.boolean('single_word', false),
    lstrip: fields.boolean('lstrip', false),
    rstrip: fields.boolean('rstrip', false),
    normalized: fields.boolean('normalized', !special),
    special,
  };
}
