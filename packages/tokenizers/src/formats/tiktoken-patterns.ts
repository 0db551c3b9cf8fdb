/** A named encoding of OpenAI: how text is split, and the special tokens with their ids. */
export interface TiktokenEncoding {
  /** The splitting pattern. */
  pattern: string;
  /** Ids of the special tokens. */
  special_tokens: Readonly<Record<string, number>>;
}

const GPT2 = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const CL100K = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const O200K = [
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
  String.raw`\s*[\r\n]+`,
  String.raw`\s+(?!\S)`,
  String.raw`\s+`,
].join('|');

const END = '<|endoftext|>';
const FILL_IN_THE_MIDDLE = { '<|fim_prefix|>': 0, '<|fim_middle|>': 1, '<|fim_suffix|>': 2 };
const fillInTheMiddle = (first: number) =>
  Object.fromEntries(
    Object.entries(FILL_IN_THE_MIDDLE).map(([token, offset]) => [token, first + offset]),
  );

/** The encodings of tiktoken by their names. */
export const TIKTOKEN_ENCODINGS: Readonly<Record<string, TiktokenEncoding>> = {
  gpt2: { pattern: GPT2, special_tokens: { [END]: 50256 } },
  r50k_base: { pattern: GPT2, special_tokens: { [END]: 50256 } },
  p50k_base: { pattern: GPT2, special_tokens: { [END]: 50256 } },
  p50k_edit: { pattern: GPT2, special_tokens: { [END]: 50256, ...fillInTheMiddle(50281) } },
  cl100k_base: {
    pattern: CL100K,
    special_tokens: { [END]: 100257, ...fillInTheMiddle(100258), '<|endofprompt|>': 100276 },
  },
  o200k_base: { pattern: O200K, special_tokens: { [END]: 199999, '<|endofprompt|>': 200018 } },
};
