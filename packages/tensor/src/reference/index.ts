/**
 * The oracle: the meaning of every graph, evaluated op by op in double precision, unfused.
 *
 * It shares no code with the compiler. Tests compare every backend with it; it is slow by purpose.
 *
 * @module @llm/tensor/reference
 */
export { type EvaluateOptions, evaluate } from './evaluate.ts';
export { firstNonFinite, type NonFinite, type TracedStep } from './first-non-finite.ts';
