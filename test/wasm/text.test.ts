import { describe, expect, test } from 'vitest';
import { FunctionBody, formatModule, ModuleBuilder, WasmError } from '../../src/wasm/index.ts';

/** A function that sums what stands in memory before an address. */
function summing(): ModuleBuilder {
  const module = new ModuleBuilder();
  module.importMemory('env', 'memory', { minimum: 1, maximum: 16, shared: false });
  const seen = module.importFunction('env', 'seen', module.type(['i32'], []));
  const type = module.type(['i32'], ['i64']);
  const index = module.declare(type, 'sum up');
  const body = new FunctionBody(1);
  const sum = body.local('i64');
  body.get(0).call('call', seen);
  const loop = body.open('loop');
  body.get(sum).get(0).memory('i64.load32_u', 8).op('i64.add').set(sum);
  body.get(0).i32(-4).op('i32.add').tee(0).branch('br_if', loop).end();
  body
    .get(sum)
    .i64(-(2n ** 40n))
    .op('i64.add');
  module.define(index, body);
  module.exportFunction('sum', index);
  return module;
}

describe('a module', () => {
  test('is one that the engine takes, and does what was built', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16 });
    new DataView(memory.buffer).setUint32(12, 5, true);
    new DataView(memory.buffer).setUint32(16, 7, true);
    const given: number[] = [];
    const env = { memory, seen: (value: number) => given.push(value) };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(summing().encode()), { env });
    expect((exports.sum as (at: number) => bigint)(8)).toBe(12n - 2n ** 40n);
    expect(given).toEqual([8]);
  });

  test('has the text that wasm2wat gives it', () => {
    expect(formatModule(summing().encode())).toBe(`(module
  (type (;0;) (func (param i32)))
  (type (;1;) (func (param i32) (result i64)))
  (import "env" "memory" (memory (;0;) 1 16))
  (import "env" "seen" (func $seen (type 0)))
  (func $sum_up (type 1) (param i32) (result i64)
    (local i64)
    local.get 0
    call $seen
    loop  ;; label = @1
      local.get 1
      local.get 0
      i64.load32_u offset=8 align=1
      i64.add
      local.set 1
      local.get 0
      i32.const -4
      i32.add
      local.tee 0
      br_if 0 (;@1;)
    end
    local.get 1
    i64.const -1099511627776
    i64.add)
  (export "sum" (func $sum_up)))
`);
  });

  test('that is none is refused, wherever it is cut', () => {
    const bytes = summing().encode();
    for (let length = 0; length < bytes.length; length++) {
      try {
        formatModule(bytes.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(WasmError);
      }
    }
    expect(() => formatModule(bytes.subarray(0, 30))).toThrow(WasmError);
  });
});
