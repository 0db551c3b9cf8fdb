/** Punctuation, and the ASCII symbols that pass for it. */
export const PUNCTUATION = /[\p{P}!-/:-@[-\x60{-~]/u;
