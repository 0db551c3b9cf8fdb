import { project } from '../../vitest.base.ts';

export default project('example-first-steps');
