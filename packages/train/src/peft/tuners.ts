import { adaLoraTuner } from './adalora.ts';
import type { PeftConfig } from './config.ts';
import { ia3Tuner } from './ia3.ts';
import { lnTuningTuner } from './ln-tuning.ts';
import { loraTuner } from './lora.ts';
import { promptTuningTuner } from './prompt-tuning.ts';
import type { Tuner } from './tuner.ts';

type Tuners = { readonly [Type in PeftConfig['peft_type']]: Tuner };

/** The methods, by `peft_type`. */
const tuners = {
  LORA: loraTuner,
  IA3: ia3Tuner,
  ADALORA: adaLoraTuner,
  LN_TUNING: lnTuningTuner,
  PROMPT_TUNING: promptTuningTuner,
} as unknown as Tuners;

/**
 * The method of a `peft_type`.
 *
 * @throws TypeError for one that is not known
 */
export function tunerOf(type: string): Tuner {
  if (Object.hasOwn(tuners, type)) return tuners[type as keyof Tuners];
  throw new TypeError(
    `peft: peft_type takes ${Object.keys(tuners).join(', ')}: got ${JSON.stringify(type)}`,
  );
}
