import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  // Preparing text is an entry of its own, so that its language model is no part of encoding and decoding.
  entry: ['src/index.ts', 'src/text/index.ts'],
});
