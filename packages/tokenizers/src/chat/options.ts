import { checkOptions } from '../options.ts';
import type { TokenizeOptions } from '../pretrained/options.ts';
import type { ChatTemplateLimits } from './limits.ts';

/** A function the model may call: a JSON schema, usually `{ type: 'function', function: { … } }`. */
export type ChatTool = Readonly<Record<string, unknown>>;

/** A text for the model to draw on, such as `{ title, text }`. */
export type ChatDocument = Readonly<Record<string, unknown>>;

/** Options of `apply_chat_template`, by Python's names. */
export interface ChatTemplateOptions
  extends Pick<TokenizeOptions, 'padding' | 'truncation' | 'max_length'> {
  /** Functions the model may call. */
  tools?: readonly ChatTool[];
  /** Texts the model may draw on. */
  documents?: readonly ChatDocument[];
  /** Name of one of the tokenizer's templates, or a template; the tokenizer's own by default. */
  chat_template?: string;
  /** End with what opens an answer of the assistant; false by default. */
  add_generation_prompt?: boolean;
  /** End within the last message, for the model to go on with it; false by default. */
  continue_final_message?: boolean;
  /** Return ids (the default) instead of text. */
  tokenize?: boolean;
  /** Return an object with `input_ids`, `attention_mask`, … instead of ids alone; false by default. */
  return_dict?: boolean;
  /**
   * Add `assistant_masks` to the object: 1 for tokens the assistant said. From the template's
   * `{% generation %}` blocks where it has them, else by rendering prefixes of the conversation.
   */
  return_assistant_tokens_mask?: boolean;
  /** Options of the call that encodes the text. */
  tokenizer_kwargs?: TokenizeOptions;
  /** Further variables of the template, such as `{ enable_thinking: false }`. */
  chat_template_kwargs?: Readonly<Record<string, unknown>>;
  /** What the template may use before it is stopped: templates come from strangers. */
  limits?: ChatTemplateLimits;
}

const OPTIONS: readonly (keyof ChatTemplateOptions)[] = [
  'tools',
  'documents',
  'chat_template',
  'add_generation_prompt',
  'continue_final_message',
  'tokenize',
  'padding',
  'truncation',
  'max_length',
  'return_dict',
  'return_assistant_tokens_mask',
  'tokenizer_kwargs',
  'chat_template_kwargs',
  'limits',
];

/** @throws Error if an option is unknown, or two exclude each other. */
export function checkChatOptions(options: ChatTemplateOptions): void {
  checkOptions('apply_chat_template', options, OPTIONS);
  const { tokenize = true, return_dict = false, return_assistant_tokens_mask = false } = options;
  const refuse = (problem: string): never => {
    throw new Error(`apply_chat_template: ${problem}`);
  };
  if (return_dict && !tokenize)
    refuse('return_dict with tokenize: false; there is no dict of text');
  if (return_assistant_tokens_mask && !return_dict) {
    refuse('return_assistant_tokens_mask needs return_dict: true, which holds the mask');
  }
  if (!options.continue_final_message) return;
  if (options.add_generation_prompt) {
    refuse('continue_final_message and add_generation_prompt exclude each other; choose one');
  }
  if (return_assistant_tokens_mask) {
    refuse('continue_final_message and return_assistant_tokens_mask exclude each other');
  }
}
