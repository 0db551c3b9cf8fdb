import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  // The oracle and the operations' tests are entries of their own, so that no application bundles them.
  entry: ['src/index.ts', 'src/reference/index.ts', 'src/testing/index.ts'],
});
