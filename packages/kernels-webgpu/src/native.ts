/**
 * The WebGPU objects that come from outside: a browser, or Dawn in Node.
 *
 * Their types are looked up in the program that uses this package, so nobody has to install
 * `@webgpu/types`: with it, or with a TypeScript whose DOM library knows WebGPU, a native device is a
 * `GPUDevice`; without, it is a plain object that can still be passed around.
 *
 * @module
 */

/** `GPUDevice` where the program's types know it. */
export type NativeDevice =
  typeof globalThis extends Record<'GPUDevice', Record<'prototype', infer Device>>
    ? Device
    : object;

/** `GPUAdapter` where the program's types know it. */
export type NativeAdapter =
  typeof globalThis extends Record<'GPUAdapter', Record<'prototype', infer Adapter>>
    ? Adapter
    : object;

/** `GPUBuffer` where the program's types know it. */
export type NativeBuffer =
  typeof globalThis extends Record<'GPUBuffer', Record<'prototype', infer Buffer>>
    ? Buffer
    : object;
