import type { MBartConfig, Seq2SeqLM } from '@llm/nn';

/** The settings of a translation model, which is an mBART. */
export function configOf({ config }: Seq2SeqLM): MBartConfig {
  return config as MBartConfig;
}
