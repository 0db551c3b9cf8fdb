import { defineConfig } from 'vitest/config';

/** Tests with real weights: apart from the workspace's tests, since they want a download of 176 MB. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@llm/source'] } },
  test: {
    name: 'pretrained',
    include: ['*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
