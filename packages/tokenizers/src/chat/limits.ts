import { checkOptions } from '../options.ts';

/** What a chat template may use up before it is stopped with a {@link ChatTemplateError}. */
export interface ChatTemplateLimits {
  /** Characters of the template itself; 1,000,000 by default. */
  template?: number;
  /** Work, in about evaluated expressions; long texts and lists count more; 2,000,000 by default. */
  steps?: number;
  /** Characters of any text it makes, the result among them; 4,000,000 by default. */
  output?: number;
  /** Elements of any list it makes, `range()` among them; 100,000 by default. */
  range?: number;
}

/** The limits where the caller sets none. */
export const DEFAULT_LIMITS: Readonly<Required<ChatTemplateLimits>> = {
  template: 1_000_000,
  steps: 2_000_000,
  output: 4_000_000,
  range: 100_000,
};

/** @throws Error if a limit is unknown or no positive integer. */
export function checkLimits(limits: ChatTemplateLimits = {}): Required<ChatTemplateLimits> {
  checkOptions('apply_chat_template: limits', limits, Object.keys(DEFAULT_LIMITS));
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new Error(
        `apply_chat_template: limits.${name}: got ${value}, wants an integer of 1 or more`,
      );
    }
  }
  return { ...DEFAULT_LIMITS, ...limits };
}
