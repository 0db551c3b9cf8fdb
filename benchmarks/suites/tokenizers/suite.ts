/**
 * Suite `tokenizers`: texts to ids, without special tokens, against the Rust library on one thread and
 * the tokenizers of the JavaScript world. Values are milliseconds; all contenders see the same documents.
 *
 * @module
 */
import { readTokenizerJson } from '@llm/tokenizers/components';
import type { Case, Contender, Suite } from '../../harness/case.ts';
import { type PeerEntry, sideBySide } from '../../harness/side-by-side.ts';
import {
  encoder,
  GPT_TOKENIZER,
  HUGGING_FACE,
  JS_TIKTOKEN,
  loadHuggingFace,
  openGptTokenizer,
  openHuggingFace,
  openRust,
  openTiktoken,
  RUST,
} from '../../peers/tokenizers.ts';
import { FILES, type FileName } from './files.ts';
import { documents, type TextName } from './texts.ts';

const TEXTS: readonly TextName[] = ['English', 'Chinese', 'code'];

/** Encoding with one file: ids only, or with places of tokens. */
function encodeCase(file: FileName, text: TextName, places: boolean): Case {
  const texts = documents(text);
  const ours = async (): Promise<Contender> => {
    const tokenizer = readTokenizerJson(JSON.parse(FILES[file]()));
    const options = { addSpecialTokens: false, places: places ? 'code_point' : undefined } as const;
    const encode = (batch: readonly string[]) =>
      batch.map((each) => tokenizer.encode(each, undefined, options).ids);
    return encoder('ours', '', encode, texts);
  };
  const peers: PeerEntry[] = [{ name: RUST, open: () => openRust(FILES[file](), texts), bar: 0.4 }];
  if (!places) {
    // A peer may be right about other ids: its row is then void, with the first difference.
    const open = () => openHuggingFace(FILES[file](), texts);
    peers.push({ name: HUGGING_FACE, open, bar: 3 });
  }
  if (file === 'o200k' && !places) {
    peers.push({ name: GPT_TOKENIZER, open: () => openGptTokenizer(texts), bar: 1 });
    peers.push({ name: JS_TIKTOKEN, open: () => openTiktoken(texts), bar: 1 });
  }
  const name = `${file}, ${text}${places ? ', with offsets' : ''}`;
  return sideBySide({ name, rounds: 10, warmUp: 1, tolerance: 0, ours, peers });
}

/** Reading a file that has been parsed from JSON already by both. */
function loadCase(file: FileName): Case {
  const open = (name: string, load: (json: string) => unknown) => async (): Promise<Contender> => {
    const json = FILES[file]();
    let loaded: unknown;
    return {
      name,
      version: '',
      threads: 1,
      async prepare() {
        loaded = undefined;
      },
      async run() {
        const started = performance.now();
        loaded = load(json);
        return performance.now() - started;
      },
      async result() {
        return [loaded === undefined ? 0 : 1];
      },
      async close() {},
    };
  };
  const ours = open('ours', (json) => readTokenizerJson(JSON.parse(json)));
  const peer = async (): Promise<Contender> => {
    const { version, load } = loadHuggingFace();
    return { ...(await open(HUGGING_FACE, load)()), version };
  };
  return sideBySide({
    name: `load ${file}`,
    rounds: 10,
    warmUp: 1,
    tolerance: 0,
    ours,
    peers: [{ name: HUGGING_FACE, open: peer, bar: 2 }],
  });
}

const files: readonly FileName[] = ['GPT-2', 'BERT', 'unigram', 'Llama 3', 'o200k'];

/** All cases, in the order of the table. */
export const tokenizers: Suite = {
  name: 'tokenizers',
  cases: [
    ...files.flatMap((file) => TEXTS.map((text) => encodeCase(file, text, false))),
    encodeCase('GPT-2', 'English', true),
    encodeCase('Llama 3', 'English', true),
    loadCase('Gemma 3'),
  ],
};
