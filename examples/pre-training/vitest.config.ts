import { project } from '../../vitest.base.ts';

export default project('example-pre-training');
