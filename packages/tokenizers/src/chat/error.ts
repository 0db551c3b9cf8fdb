/**
 * A chat template could not be rendered: it is malformed, it refused the conversation
 * (`raise_exception`), or it went over a limit. Templates come with models, from strangers.
 */
export class ChatTemplateError extends Error {
  override readonly name = 'ChatTemplateError';
}
