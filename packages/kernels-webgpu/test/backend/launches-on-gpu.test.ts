import { vi } from 'vitest';
import { fewLaunches } from './few-launches.ts';

// Without sizes of subgroups a software adapter is taken for a GPU, whose workgroups share their sums and norms.
vi.mock('../../src/adapter.ts', async (original) => {
  const adapter = await original<typeof import('../../src/adapter.ts')>();
  const describeAdapter: typeof adapter.describeAdapter = (...args) => ({
    ...adapter.describeAdapter(...args),
    subgroupSizes: undefined,
  });
  return { ...adapter, describeAdapter };
});

fewLaunches('few launches, by the shaders of a GPU');
