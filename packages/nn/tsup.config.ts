import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  // The families are an entry of their own, and loaded by name beside it: a page that runs one gets one.
  entry: ['src/index.ts', 'src/models/index.ts'],
});
