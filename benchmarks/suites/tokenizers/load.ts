/**
 * A tokenizer.json's text to a tokenizer that can encode.
 *
 * @module
 */
import { readTokenizerJson } from '@llm/tokenizers/components';
import type { Case, Contender } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { HUGGING_FACE, loadHuggingFace } from '../../peers/tokenizers.ts';
import { FILES, type FileName } from './files.ts';

const TEXT = 'The loaded tokenizer works: 你好, мир.';

/** Encodes without special tokens. */
type Encode = (text: string) => readonly number[];

/** Loading a file; what it was loaded for is checked by encoding a text. */
export function loadCase(file: FileName): Case {
  return sideBySide({
    name: `load ${file}`,
    rounds: 10,
    warmUp: 1,
    tolerance: 0,
    ours: async () => {
      const load = (json: string): Encode => {
        const tokenizer = readTokenizerJson(json);
        return (text) => tokenizer.encode(text, undefined, { addSpecialTokens: false }).ids;
      };
      return loader('ours', '', load, FILES[file]());
    },
    peers: [
      {
        name: HUGGING_FACE,
        open: async () => {
          const { version, load } = loadHuggingFace();
          return loader(HUGGING_FACE, version, load, FILES[file]());
        },
        bar: 2,
      },
    ],
  });
}

function loader(
  name: string,
  version: string,
  load: (json: string) => Encode,
  json: string,
): Contender {
  let loaded: Encode | undefined;
  return {
    name,
    version,
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
      return loaded!(TEXT);
    },
    async close() {
      loaded = undefined;
    },
  };
}
