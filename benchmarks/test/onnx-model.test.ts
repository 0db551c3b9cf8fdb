import { expect, test } from 'vitest';
import { matmulModel } from '../peers/onnx-model.ts';

test('the model is the one that the ONNX library writes', () => {
  // onnx.helper.make_model(make_graph([make_node('MatMul', ['a', 'b'], ['c'])], 'matmul',
  //   [float a [1, 300], float b [300, 2]], [float c [1, 2]]), ir_version=8, opset 13), field by field
  const text = Buffer.from(matmulModel(1, 300, 2)).toString('latin1');
  expect(text.startsWith('\x08\x08\x3a')).toBe(true);
  expect(text).toContain('\x0a\x01a\x0a\x01b\x12\x01c\x22\x06MatMul');
  expect(text).toContain(
    '\x0a\x01a\x12\x0f\x0a\x0d\x08\x01\x12\x09\x0a\x02\x08\x01\x0a\x03\x08\xac\x02',
  );
  expect(text.endsWith('\x42\x02\x10\x0d')).toBe(true);
});
