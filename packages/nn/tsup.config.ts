import { readdirSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

const families = readdirSync(new URL('./src/models/classes/', import.meta.url), 'utf8');

export default defineConfig({
  ...base,
  // The families and generation are entries of their own, beside which families are loaded by name: a page that
  // runs one gets one.
  entry: {
    index: 'src/index.ts',
    'models/index': 'src/models/index.ts',
    'generation/index': 'src/generation/index.ts',
    ...Object.fromEntries(
      families.map((file) => [`models/${file.replace(/\.ts$/, '')}`, `src/models/classes/${file}`]),
    ),
  },
});
