/**
 * Texts to ids: ten slices of 1 MB, each seen once, in milliseconds a slice.
 *
 * @module
 */
import type { Tokenizer } from '@llm/tokenizers';
import { readTokenizerJson } from '@llm/tokenizers/components';
import type { Case, Contender } from '../../harness/case.ts';
import { type PeerEntry, sideBySide } from '../../harness/side-by-side.ts';
import {
  encoder,
  GPT_TOKENIZER,
  HUGGING_FACE,
  JS_TIKTOKEN,
  openGptTokenizer,
  openHuggingFace,
  openRust,
  openTiktoken,
  RUST,
} from '../../peers/tokenizers.ts';
import { FILES, type FileName } from './files.ts';
import { SLICES, slices, type TextName } from './texts.ts';

/** OpenAI's encodings, which other libraries have as well. */
const OPENAI: Partial<Record<FileName, 'cl100k_base' | 'o200k_base'>> = {
  cl100k: 'cl100k_base',
  o200k: 'o200k_base',
};

/** Encoding with one file: ids only, or with the places of tokens. */
export function encodeCase(file: FileName, text: TextName, places: boolean): Case {
  const texts = () => slices(text);
  const ours = async (): Promise<Contender> => {
    const tokenizer = readTokenizerJson(JSON.parse(FILES[file]()));
    return encoder('ours', '', (batch) => encodeAll(tokenizer, batch, places), texts());
  };
  const openai = OPENAI[file];
  const peers: PeerEntry[] = [
    { name: RUST, open: () => openRust(FILES[file](), texts()), bar: 0.4 },
  ];
  if (openai !== undefined && !places) {
    peers.push(
      { name: GPT_TOKENIZER, open: () => openGptTokenizer(openai, texts()), bar: 1 },
      { name: JS_TIKTOKEN, open: () => openTiktoken(openai, texts()), bar: 1 },
    );
  } else if (!places) {
    // A peer may be right about other ids: its row is then void, with the first difference.
    peers.push({ name: HUGGING_FACE, open: () => openHuggingFace(FILES[file](), texts()), bar: 3 });
  }
  return sideBySide({
    name: `${file}, ${text}${places ? ', with offsets' : ''}`,
    rounds: SLICES - 1,
    warmUp: 1,
    tolerance: 0,
    ours,
    peers,
  });
}

/** Ids of all documents, as a caller gets them. */
export function encodeAll(
  tokenizer: Tokenizer,
  texts: readonly string[],
  places = false,
): (readonly number[])[] {
  const options = { addSpecialTokens: false, places: places ? 'code_point' : undefined } as const;
  return texts.map((text) => tokenizer.encode(text, undefined, options).ids);
}
