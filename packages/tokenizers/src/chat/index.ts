export type { ChatEncoding, Conversations } from './apply-chat-template.ts';
export type { ApplyChatTemplate } from './apply-function.ts';
export { ChatTemplateError } from './error.ts';
export type { ChatTemplateLimits } from './limits.ts';
export type { ChatContentPart, ChatMessage } from './messages.ts';
export type { ChatDocument, ChatTemplateOptions, ChatTool } from './options.ts';
export type { ChatTemplates } from './read-templates.ts';
