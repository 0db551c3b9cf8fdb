import { Pattern } from './pattern.ts';
import type { PatternSource } from './source.ts';

/** Compiles a pattern. @throws PatternError if it is malformed or not supported. */
export function compilePattern(source: PatternSource): Pattern {
  return 'String' in source ? Pattern.literal(source.String) : new Pattern(source.Regex);
}
