/**
 * The families of models, to register variants of them, or for tools that list them. `AutoModel…` loads the one that
 * it needs by itself.
 *
 * @module @llm/nn/models
 */
export { bart } from './bart.ts';
export { bert } from './bert.ts';
export type { BartConfig } from './blocks/bart-layers.ts';
export type { BertEncoderConfig } from './blocks/bert-encoder.ts';
export type { KeyValueCache } from './blocks/context.ts';
export type { RotaryDecoderConfig } from './blocks/rotary-decoder.ts';
export { type DistilBertConfig, distilbert } from './distilbert.ts';
export { type ElectraConfig, electra } from './electra.ts';
export { type Gemma2Config, gemma2 } from './gemma2.ts';
export { type Gemma3Config, gemma3 } from './gemma3.ts';
export { type GPT2Config, gpt2 } from './gpt2.ts';
export { type LlamaConfig, llama } from './llama.ts';
export { m2m100 } from './m2m100.ts';
export { marian } from './marian.ts';
export { type MBartConfig, mbart } from './mbart.ts';
export { type MistralConfig, mistral } from './mistral.ts';
export { type MPNetConfig, mpnet } from './mpnet.ts';
export { type Phi3Config, phi3 } from './phi3.ts';
export { type Qwen2Config, qwen2 } from './qwen2.ts';
export { type Qwen3Config, qwen3 } from './qwen3.ts';
export { roberta, xlmRoberta } from './roberta.ts';
export { mt5, type T5Config, t5 } from './t5.ts';
