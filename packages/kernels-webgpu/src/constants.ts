/** Numbers of the WebGPU specification: Node has no globals `GPUBufferUsage`, `GPUMapMode` and `GPUShaderStage`. */
export const bufferUsage = {
  mapRead: 1,
  copySource: 4,
  copyTarget: 8,
  storage: 128,
  queryResolve: 512,
} as const;

/** For `mapAsync`. */
export const mapModeRead = 1;

/** For the visibility of bindings. */
export const shaderStageCompute = 4;
