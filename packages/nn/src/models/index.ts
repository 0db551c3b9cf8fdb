/**
 * The families of models by name, and their classes as Python calls them (`LlamaForCausalLM`). `AutoModel…` loads the
 * family that it needs by itself; a page that runs one family downloads less with
 * `@llm/nn/models/llama` and its like.
 *
 * @module @llm/nn/models
 */
export { bart } from './bart.ts';
export { bert } from './bert.ts';
export type { BartConfig } from './blocks/bart-layers.ts';
export type { BertEncoderConfig } from './blocks/bert-encoder.ts';
export type { KeyValueCache } from './blocks/context.ts';
export type { RotaryDecoderConfig } from './blocks/rotary-decoder.ts';
export * from './classes/bart.ts';
export * from './classes/bert.ts';
export * from './classes/distilbert.ts';
export * from './classes/electra.ts';
export * from './classes/gemma2.ts';
export * from './classes/gemma3.ts';
export * from './classes/gpt2.ts';
export * from './classes/llama.ts';
export * from './classes/m2m100.ts';
export * from './classes/marian.ts';
export * from './classes/mbart.ts';
export * from './classes/mistral.ts';
export * from './classes/mpnet.ts';
export * from './classes/phi3.ts';
export * from './classes/qwen2.ts';
export * from './classes/qwen3.ts';
export * from './classes/roberta.ts';
export * from './classes/t5.ts';
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
