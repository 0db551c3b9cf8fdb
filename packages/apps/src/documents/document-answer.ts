/** Where an answer stands. */
export interface Citation {
  /** The document's id. */
  readonly document: string;
  /** Where it stands in the document, in UTF-16 units: the answer itself, or the passage that it was made from. */
  readonly start: number;
  readonly end: number;
  /** The passage around it. */
  readonly passage: string;
}

/** An answer and where it comes from. */
export interface DocumentAnswer {
  readonly answer: string;
  /** Share of belief among all answers of the passages, 0 to 1; undefined for an answer in the model's own words. */
  readonly score?: number;
  readonly citations: readonly Citation[];
}
