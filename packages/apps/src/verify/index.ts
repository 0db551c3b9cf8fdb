/**
 * Parity with transformers, on the user's own device.
 *
 * @module
 */
export { type VerifyOptions, type VerifyResult, verify } from './verify.ts';
