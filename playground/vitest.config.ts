import { defineProject, mergeConfig } from 'vitest/config';
import { project } from '../vitest.base.ts';

export default mergeConfig(
  project('playground'),
  defineProject({ test: { globalSetup: './test/build-page.ts' } }),
);
