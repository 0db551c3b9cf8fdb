import { CheckpointError } from '../checkpoint/error.ts';
import { PrefixTooShort } from '../prefix.ts';
import { findGlobal } from './globals.ts';
import { rebuildTensor } from './tensor.ts';
import {
  PickledStorage,
  PickledTensor,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
} from './values.ts';

/** Marks where the items of a list, dictionary or tuple begin on the stack. */
const MARK = Symbol('mark');
/** Ends a pickle. */
const STOP = 0x2e;

/**
 * Reads one pickle of a checkpoint. Nothing is ever called: the few opcodes that data needs are understood, and the
 * few names that `torch.save` writes for tensors; anything else is refused by name.
 */
export class Unpickler {
  /** Next byte. */
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #file: string;
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();

  /** The opcodes that are understood (CPython's pickletools); every other one is refused. */
  static readonly #steps: ReadonlyMap<number, (machine: Unpickler) => void> = new Map([
    [0x28, (machine: Unpickler) => void machine.#stack.push(MARK)], // MARK
    [0x29, (machine: Unpickler) => machine.#push(new PickleTuple([]))], // EMPTY_TUPLE
    [0x47, (machine: Unpickler) => machine.#push(machine.#view.getFloat64(machine.#take(8)))], // BINFLOAT
    [0x4a, (machine: Unpickler) => machine.#push(machine.#view.getInt32(machine.#take(4), true))], // BININT
    [0x4b, (machine: Unpickler) => machine.#push(machine.#byte())], // BININT1
    [0x4d, (machine: Unpickler) => machine.#push(machine.#view.getUint16(machine.#take(2), true))], // BININT2
    [0x4e, (machine: Unpickler) => machine.#push(null)], // NONE
    [0x51, (machine: Unpickler) => machine.#push(machine.#storage(machine.#pop()))], // BINPERSID
    [0x52, (machine: Unpickler) => machine.#reduce()], // REDUCE
    [0x58, (machine: Unpickler) => machine.#push(machine.#text(machine.#word()))], // BINUNICODE
    [0x5d, (machine: Unpickler) => machine.#push([])], // EMPTY_LIST
    [0x61, (machine: Unpickler) => machine.#append(machine.#popMany(1))], // APPEND
    [0x62, (machine: Unpickler) => machine.#build()], // BUILD
    [0x63, (machine: Unpickler) => machine.#push(machine.#global())], // GLOBAL
    [0x65, (machine: Unpickler) => machine.#append(machine.#popToMark())], // APPENDS
    [0x68, (machine: Unpickler) => machine.#recall(machine.#byte())], // BINGET
    [0x6a, (machine: Unpickler) => machine.#recall(machine.#word())], // LONG_BINGET
    [0x71, (machine: Unpickler) => machine.#remember(machine.#byte())], // BINPUT
    [0x72, (machine: Unpickler) => machine.#remember(machine.#word())], // LONG_BINPUT
    [0x73, (machine: Unpickler) => machine.#setItems(machine.#popMany(2))], // SETITEM
    [0x74, (machine: Unpickler) => machine.#push(new PickleTuple(machine.#popToMark()))], // TUPLE
    [0x75, (machine: Unpickler) => machine.#setItems(machine.#popToMark())], // SETITEMS
    [0x7d, (machine: Unpickler) => machine.#push(new Map())], // EMPTY_DICT
    [0x80, (machine: Unpickler) => machine.#protocol(machine.#byte())], // PROTO
    [0x85, (machine: Unpickler) => machine.#push(new PickleTuple(machine.#popMany(1)))], // TUPLE1
    [0x86, (machine: Unpickler) => machine.#push(new PickleTuple(machine.#popMany(2)))], // TUPLE2
    [0x87, (machine: Unpickler) => machine.#push(new PickleTuple(machine.#popMany(3)))], // TUPLE3
    [0x88, (machine: Unpickler) => machine.#push(true)], // NEWTRUE
    [0x89, (machine: Unpickler) => machine.#push(false)], // NEWFALSE
    [0x8a, (machine: Unpickler) => machine.#push(machine.#long(machine.#byte()))], // LONG1
  ]);

  /**
   * @param bytes - Start of what holds the pickle. @param position - Where it begins.
   * @param fileBytes - Size of the whole. @param file - Its name.
   */
  constructor(bytes: Uint8Array, position: number, fileBytes: number, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
    this.#fileBytes = fileBytes;
    this.#file = file;
  }

  /**
   * Reads up to the end of the pickle.
   *
   * @throws CheckpointError if it is malformed, or holds what is not allowed.
   * @throws PrefixTooShort if it goes on after `bytes`, but not after the file.
   */
  load(): PickleValue {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === STOP) return this.#pop();
      this.#run(opcode);
    }
  }

  #run(opcode: number): void {
    const step = Unpickler.#steps.get(opcode);
    if (step === undefined) {
      const hex = opcode.toString(16).padStart(2, '0');
      throw this.#fail(
        `has the opcode 0x${hex}, which state dictionaries do not need; save it again with torch.save(model.state_dict()), or as safetensors`,
      );
    }
    step(this);
  }

  #fail(message: string): CheckpointError {
    return new CheckpointError(this.#file, `its pickle ${message} (at byte ${this.position})`);
  }

  #take(count: number): number {
    const begin = this.position;
    if (begin + count > this.#fileBytes) throw this.#fail('ends too early');
    if (begin + count > this.#bytes.byteLength) throw new PrefixTooShort();
    this.position = begin + count;
    return begin;
  }

  #byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  #word(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  #protocol(version: number): void {
    if (version !== 2) throw this.#fail(`has protocol ${version}, wants 2`);
  }

  #text(length: number): string {
    const begin = this.#take(length);
    const bytes = this.#bytes.subarray(begin, begin + length);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.#fail('has a text that is not valid UTF-8');
    }
  }

  /** Little-endian two's complement of up to 255 bytes. */
  #long(length: number): number | bigint {
    const begin = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) {
      value = (value << 8n) | BigInt(this.#view.getUint8(begin + i));
    }
    const signed = BigInt.asIntN(length * 8, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  #line(): string {
    const begin = this.position;
    while (this.#byte() !== 0x0a) {
      if (this.position - begin > 1000) throw this.#fail('has a name longer than 1000 bytes');
    }
    const bytes = this.#bytes.subarray(begin, this.position - 1);
    return new TextDecoder().decode(bytes);
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    return this.#popMany(1)[0]!;
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length < count) throw this.#fail('takes more from its stack than there is');
    return this.#values(this.#stack.splice(this.#stack.length - count));
  }

  #popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#fail('ends a list that it did not begin');
    return this.#values(this.#stack.splice(mark).slice(1));
  }

  #values(items: (PickleValue | typeof MARK)[]): PickleValue[] {
    if (items.includes(MARK)) throw this.#fail('takes a mark for a value');
    return items as PickleValue[];
  }

  #top(): PickleValue {
    const top = this.#stack.at(-1);
    if (top === undefined || top === MARK)
      throw this.#fail('takes more from its stack than there is');
    return top;
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#fail(`recalls ${index}, which it did not remember`);
    this.#push(value);
  }

  #append(items: PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#fail('appends to what is no list');
    for (const item of items) list.push(item);
  }

  #setItems(items: PickleValue[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) {
      throw this.#fail('sets items of what is no dictionary');
    }
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  #global(): PickleGlobal {
    const path = `${this.#line()}.${this.#line()}`;
    const found = findGlobal(path);
    if (found) return found;
    throw this.#fail(
      `mentions ${JSON.stringify(path)}, which could run code; allowed are collections.OrderedDict, torch._utils._rebuild_tensor_v2 and torch's storages; save it again with torch.save(model.state_dict()), or as safetensors`,
    );
  }

  /** `('storage', type, key, location, elements)`, with a view of older formats as a sixth. */
  #storage(id: PickleValue): PickledStorage {
    const [kind, type, key, , elements, view = null] = id instanceof PickleTuple ? id.items : [];
    const meaning = type instanceof PickleGlobal ? type.meaning : undefined;
    if (
      kind !== 'storage' ||
      typeof meaning !== 'object' ||
      typeof key !== 'string' ||
      typeof elements !== 'number' ||
      !Number.isSafeInteger(elements) ||
      elements < 0 ||
      view !== null
    ) {
      throw this.#fail('refers to something outside that is no storage of a tensor');
    }
    return new PickledStorage(meaning.storage, key, elements);
  }

  #reduce(): void {
    const [callee, args] = this.#popMany(2);
    const meaning = callee instanceof PickleGlobal ? callee.meaning : undefined;
    const items = args instanceof PickleTuple ? args.items : undefined;
    if (meaning === 'OrderedDict' && items?.length === 0) {
      this.#push(new Map());
      return;
    }
    if (meaning !== '_rebuild_tensor_v2' || items === undefined) {
      throw this.#fail('calls something other than OrderedDict() and _rebuild_tensor_v2(…)');
    }
    const tensor = rebuildTensor(items);
    if (!(tensor instanceof PickledTensor)) throw this.#fail(`wants ${tensor}`);
    this.#push(tensor);
  }

  /** Sets attributes. Only a state dictionary's `_metadata`, versions of its modules, is let through; it is dropped. */
  #build(): void {
    const [state] = this.#popMany(1);
    const onlyMetadata =
      state instanceof Map && [...state.keys()].every((key) => key === '_metadata');
    if (this.#top() instanceof Map && onlyMetadata) return;
    throw this.#fail(
      'sets attributes of an object; allowed is the _metadata of a state dictionary',
    );
  }
}
