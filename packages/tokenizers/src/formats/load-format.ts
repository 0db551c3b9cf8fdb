import { type ModelSource, openFile } from '@llm/hub';
import { TokenizerFileError } from '../core.ts';
import { readJson } from '../json/read-json.ts';
import { convertGguf, isTokenizerKey } from './gguf.ts';
import { GgufNeedsMore, readGgufMetadata } from './gguf-metadata.ts';
import { convertMarian } from './marian.ts';
import { convertSentencePiece } from './sentencepiece.ts';
import { readSentencePieceModel } from './sentencepiece-model.ts';
import { type SentencePieceSettings, sentencePieceStyle } from './sentencepiece-styles.ts';
import { readTiktoken } from './tiktoken.ts';
import type { ConvertedTokenizer } from './tokenizer-file.ts';
import { readVocabMerges, type VocabMergesStyle } from './vocab-merges.ts';
import { readVocabTxt } from './vocab-txt.ts';

/** Content of tokenizer_config.json. */
type Config = Readonly<Record<string, unknown>>;

/** Names under which repositories keep a SentencePiece model, or ranks in tiktoken's form. */
const MODEL_FILES = [
  'tokenizer.model',
  'spiece.model',
  'sentencepiece.bpe.model',
  'tokenizer.tiktoken',
  'qwen.tiktoken',
  'cl100k_base.tiktoken',
  'o200k_base.tiktoken',
  'p50k_base.tiktoken',
  'r50k_base.tiktoken',
];

/**
 * Makes a tokenizer of whatever files a repository without tokenizer.json has.
 *
 * @param source - The repository.
 * @param config - Content of its tokenizer_config.json.
 * @returns The content of a tokenizer.json, or undefined if there is no file of a known format.
 * @throws TokenizerFileError naming the place in the file that is wrong.
 */
export async function loadOtherFormat(
  source: ModelSource,
  config: Config,
): Promise<ConvertedTokenizer | undefined> {
  const text = async (name: string) => new TextDecoder().decode(await source.read(name));
  const json = (name: string) => readJson(source, name, { protoKeys: 'keep' });
  const has = (name: string) => source.has(name);
  if ((await has('source.spm')) && (await has('vocab.json'))) {
    const model = readSentencePieceModel(await source.read('source.spm'), 'source.spm');
    return convertMarian(model, await json('vocab.json'), 'source.spm');
  }
  const family = await familyOf(source, config);
  if ((await has('vocab.json')) && (await has('merges.txt'))) {
    return readVocabMerges(await json('vocab.json'), await text('merges.txt'), {
      style: vocabMergesStyle(family),
      add_prefix_space: config.add_prefix_space === true,
    });
  }
  if (await has('vocab.txt')) {
    return readVocabTxt(await text('vocab.txt'), 'vocab.txt', {
      do_lower_case: config.do_lower_case !== false,
      strip_accents: typeof config.strip_accents === 'boolean' ? config.strip_accents : null,
      tokenize_chinese_chars: config.tokenize_chinese_chars !== false,
    });
  }
  for (const name of MODEL_FILES) {
    if (!(await has(name))) continue;
    const bytes = await source.read(name);
    // A SentencePiece model starts with its first piece: field 1, bytes. Llama 3 and others keep
    // ranks under the same name; those are text.
    if (bytes[0] !== 0x0a) return readTiktoken(new TextDecoder().decode(bytes), name);
    const model = readSentencePieceModel(bytes, name);
    return convertSentencePiece(model, sentencePieceStyle(family, name), name, settingsOf(config));
  }
  return undefined;
}

/** Bytes of a GGUF file that are read first, and at most, for its metadata. */
const FIRST_BYTES = 2 ** 22;
const MOST_BYTES = 2 ** 28;

/**
 * Makes a tokenizer of a GGUF file's metadata; the weights behind it are not read.
 *
 * @param source - Where the file is.
 * @param name - Its name.
 * @throws TokenizerFileError if it is no GGUF file, or its tokenizer cannot be used.
 */
export async function loadGguf(source: ModelSource, name: string): Promise<ConvertedTokenizer> {
  const file = await openFile(source, name);
  try {
    for (let size = FIRST_BYTES; ; size *= 4) {
      const length = Math.min(size, file.size, MOST_BYTES);
      const bytes = new Uint8Array(length);
      await file.readInto(bytes, 0);
      try {
        return convertGguf(readGgufMetadata(bytes, name, isTokenizerKey), name);
      } catch (error) {
        if (!(error instanceof GgufNeedsMore)) throw error;
        if (length < size) throw new TokenizerFileError(error.message, { cause: error });
      }
    }
  } finally {
    await file.close();
  }
}

/** The class of the tokenizer, or the type of the model. */
async function familyOf(source: ModelSource, config: Config): Promise<string | undefined> {
  const { tokenizer_class: name } = config;
  if (typeof name === 'string' && !name.startsWith('PreTrainedTokenizer')) return name;
  if (!(await source.has('config.json'))) return undefined;
  const model = (await readJson(source, 'config.json')) as Config | null;
  return typeof model?.model_type === 'string' ? model.model_type : undefined;
}

function vocabMergesStyle(family: string | undefined): VocabMergesStyle {
  const name = (family ?? 'gpt2').toLowerCase();
  if (/^(roberta|bart|longformer|led|mvp)/u.test(name)) return 'roberta';
  if (/^qwen[23]/u.test(name)) return 'qwen2';
  if (/^(gpt2|gpt_neo|gptj|codegen|opt|phi)/u.test(name)) return 'gpt2';
  throw new TokenizerFileError(
    `vocab.json: how ${JSON.stringify(family)} uses it is not known; known are GPT-2, RoBERTa, BART and Qwen 2`,
  );
}

function settingsOf(config: Config): Partial<SentencePieceSettings> {
  const settings: Record<string, boolean | number> = {};
  for (const name of [
    'legacy',
    'add_prefix_space',
    'keep_accents',
    'do_lower_case',
    'add_bos_token',
    'add_eos_token',
  ]) {
    const value = config[name];
    if (typeof value === 'boolean') settings[name] = value;
  }
  if (typeof config.extra_ids === 'number') settings.extra_ids = config.extra_ids;
  return settings;
}
