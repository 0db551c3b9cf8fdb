/**
 * How weights are quantized: `q8` has 8 bits and a scale per row, `q4` has 4 bits with a scale and a minimum
 * for each group of 32.
 */
export type QuantizationScheme = 'q8' | 'q4';

/** Names of the schemes. */
export const quantizationSchemes: readonly QuantizationScheme[] = ['q8', 'q4'];
