/**
 * An ONNX model of one MatMul, written as protocol-buffer bytes.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 *
 * @module
 */

/** Wire types of protocol buffers. */
const VARINT = 0;
const BYTES = 2;

/** `TensorProto.DataType.FLOAT`. */
const FLOAT = 1;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function integer(field: number, value: number): number[] {
  return [...varint(field * 8 + VARINT), ...varint(value)];
}

function message(field: number, ...parts: number[][]): number[] {
  const body = parts.flat();
  return [...varint(field * 8 + BYTES), ...varint(body.length), ...body];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}

/** A `ValueInfoProto` of an f32 tensor. */
function value(field: number, name: string, shape: readonly number[]): number[] {
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  const tensorType = message(1, integer(1, FLOAT), message(2, ...dimensions));
  return message(field, text(1, name), message(2, tensorType));
}

/** `c[m, n] = a[m, k] · b[k, n]` as a serialized `ModelProto`. */
export function matmulModel(m: number, k: number, n: number): Uint8Array {
  const node = message(1, text(1, 'a'), text(1, 'b'), text(2, 'c'), text(4, 'MatMul'));
  const graph = message(
    7,
    node,
    text(2, 'matmul'),
    value(11, 'a', [m, k]),
    value(11, 'b', [k, n]),
    value(12, 'c', [m, n]),
  );
  const irVersion = integer(1, 8);
  const operatorSet = message(8, integer(2, 13));
  return Uint8Array.from([...irVersion, ...graph, ...operatorSet]);
}
