/**
 * Hugging Face tokenizers, exactly, and trained here too.
 *
 * @module @llm/tokenizers
 */
export {};
