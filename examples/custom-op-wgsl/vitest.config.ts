import { project } from '../../vitest.base.ts';

export default project('example-custom-op-wgsl');
