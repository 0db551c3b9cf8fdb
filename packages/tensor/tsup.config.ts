import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

export default defineConfig({
  ...base,
  // What backends need, the oracle and the operations' tests are entries of their own, so that no application
  // meets or bundles them.
  entry: ['src/index.ts', 'src/backend/index.ts', 'src/reference/index.ts', 'src/testing/index.ts'],
});
