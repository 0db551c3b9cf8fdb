import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';
import { workerSourcePlugin } from './bundle-worker.ts';

export default defineConfig({
  ...base,
  // What encoding and decoding do not need are entries of their own.
  entry: [
    'src/index.ts',
    'src/components/index.ts',
    'src/formats/index.ts',
    'src/ids/index.ts',
    'src/text/index.ts',
  ],
  esbuildPlugins: [workerSourcePlugin],
});
