import type { SafetensorsDtype } from '../safetensors/dtype.ts';

/** A name that is allowed; it is compared, never called. */
export class PickleGlobal {
  /** What it stands for: one of the two functions, or the type of a storage. */
  readonly meaning: 'OrderedDict' | '_rebuild_tensor_v2' | { readonly storage: SafetensorsDtype };

  /** @param meaning - What the name stands for. */
  constructor(meaning: PickleGlobal['meaning']) {
    this.meaning = meaning;
  }
}

/** A run of numbers that lies outside the pickle. */
export class PickledStorage {
  /** Type of the numbers. */
  readonly dtype: SafetensorsDtype;
  /** Its key: name of the zip entry, or a number of the older format. */
  readonly key: string;
  /** Number of elements. */
  readonly elements: number;

  /** @param dtype - Type. @param key - Key. @param elements - Number of elements. */
  constructor(dtype: SafetensorsDtype, key: string, elements: number) {
    this.dtype = dtype;
    this.key = key;
    this.elements = elements;
  }
}

/** A tensor: a view of a storage. It was checked to lie inside. */
export class PickledTensor {
  /** Where its numbers are. */
  readonly storage: PickledStorage;
  /** First element in the storage. */
  readonly offset: number;
  /** Sizes of the axes. */
  readonly shape: readonly number[];
  /** Distances of neighbours along each axis, in elements. */
  readonly strides: readonly number[];

  /** @param storage - Storage. @param offset - First element. @param shape - Sizes. @param strides - Distances. */
  constructor(
    storage: PickledStorage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** What a pickle may hold. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | PickleTuple
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickledStorage
  | PickledTensor;

/** A tuple, which unlike a list never changes. */
export class PickleTuple {
  /** Its items. */
  readonly items: readonly PickleValue[];

  /** @param items - Its items. */
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}
