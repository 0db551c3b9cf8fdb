import { defineProject } from 'vitest/config';
import { full } from './tools/testing/full.ts';

/** Tests of one package, run against the sources of its siblings. */
export const project = (name: string) =>
  defineProject({
    ssr: { resolve: { conditions: ['@llm/source'] } },
    // The full figures take their time on a software GPU, the more so where other work runs beside.
    test: { name, include: ['test/**/*.test.ts'], testTimeout: full ? 300_000 : 60_000 },
  });
