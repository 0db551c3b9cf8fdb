import { type PreTrainedTokenizer, trainByteLevelBPE } from '../../src/index.ts';
import { compilerMessages } from './texts.ts';

let trained: Promise<PreTrainedTokenizer> | undefined;

/** One tokenizer for all tests of a file: German compiler messages, 1,500 tokens, a template. */
export function trainedTokenizer(): Promise<PreTrainedTokenizer> {
  trained ??= trainByteLevelBPE(compilerMessages('de'), {
    vocab_size: 1500,
    bos_token: '<s>',
    eos_token: '</s>',
    pad_token: '<pad>',
    template: { single: '<s> $A </s>', pair: '<s> $A </s> $B:1 </s>:1' },
    model_max_length: 128,
  });
  return trained;
}
