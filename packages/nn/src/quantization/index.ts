export { type QuantizeOptions, quantize } from './quantize.ts';
export type { QuantizationScheme } from './schemes.ts';
