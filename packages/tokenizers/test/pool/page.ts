/** Runs in a page: a batch through a pool, and through the tokenizer itself. */
import { startTokenizerPool, trainByteLevelBPE } from '../../src/index.ts';

const TEXTS = Array.from({ length: 2000 }, (_, index) => `Text ${index}: Grüße, 你好 🙂`);

async function run(): Promise<string> {
  const tokenizer = await trainByteLevelBPE(TEXTS, { vocab_size: 300, pad_token: '<pad>' });
  using pool = await startTokenizerPool(tokenizer, { workers: 2 });
  const options = { padding: true, return_offsets_mapping: true } as const;
  const found = JSON.stringify(await pool.encodeBatch(TEXTS, options));
  return found === JSON.stringify(tokenizer(TEXTS, options)) ? 'equal' : `differs: ${found}`;
}

const page = globalThis as { outcome?: string };
run().then(
  (outcome) => {
    page.outcome = outcome;
  },
  (error) => {
    page.outcome = String(error);
  },
);
