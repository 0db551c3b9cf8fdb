import { defineProject } from 'vitest/config';

/** Tests of one package, run against the sources of its siblings. */
export const project = (name: string) =>
  defineProject({
    ssr: { resolve: { conditions: ['@llm/source'] } },
    test: { name, include: ['test/**/*.test.ts'], testTimeout: 60_000 },
  });
