import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeBase64, EbpftsError } from '../../src/base/index.ts';
import { type SkeletonDocument, skeletonDocument, skeletonOf } from '../../src/gen/index.ts';
import { openObject } from '../../src/object/index.ts';
import { runCli } from '../support/cli.ts';
import { type JsonSchema, schemaProblem } from '../support/json-schema.ts';

const schema: JsonSchema = JSON.parse(readFileSync('docs/skeleton.schema.json', 'utf8'));

function documentOf(path: string): SkeletonDocument {
  const elf = readFileSync(path);
  return skeletonDocument(skeletonOf(openObject(elf, { name: path }), elf, { file: path }));
}

const globals = documentOf('samples/objects/clang-19/el/globals.bpf.o');

describe('the JSON form of a skeleton', () => {
  it('fits its schema, for every sample of every compiler, both byte orders, and odd names', () => {
    let count = 0;
    const problems: string[] = [];
    const folders = ['clang-19/el', 'clang-19/eb', 'clang-14/el', 'gcc/el'].map((set) => `samples/objects/${set}`);
    for (const folder of [...folders, 'test/fixtures/objects']) {
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.o'))) {
        try {
          const problem = schemaProblem(schema, JSON.parse(JSON.stringify(documentOf(`${folder}/${file}`))));
          if (problem !== undefined) problems.push(`${folder}/${file}: ${problem}`);
          count++;
        } catch (error) {
          // Some of GCC's objects are none that libbpf opens.
          if (!(error instanceof EbpftsError)) throw error;
        }
      }
    }
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(150);
  });

  it.each([
    ['a name that is not there', { ...globals, file: undefined }],
    ['another number of the schema', { ...globals, schema: 2 }],
    ['a name that the schema does not know', { ...globals, more: 1 }],
    ['a type that is none', { ...globals, records: [{ kind: 'int', size: 4 }] }],
  ])('would not fit with %s', (_, document) => {
    expect(schemaProblem(schema, JSON.parse(JSON.stringify(document)))).toBeDefined();
  });

  it('has every type that it refers to', () => {
    const refs = [...JSON.stringify(globals).matchAll(/"ref":"(\d+)"/g)].map(([, ref]) => ref);
    expect(refs.length).toBeGreaterThan(2);
    for (const ref of refs) expect(globals.types).toHaveProperty(ref);
  });

  it('tells places and types of variables, bitfields among them', () => {
    const data = globals.sections.find(({ name }) => name === '.data');
    expect(data).toMatchObject({ ident: 'data', map: 'globals.data', kind: 'data', size: 40 });
    const limits = data?.variables.find(({ name }) => name === 'limits');
    expect(limits).toMatchObject({ offset: 0, size: 24, type: { kind: 'struct', name: 'limits' } });
    expect(JSON.stringify(globals.types)).toContain(
      '{"name":"level","offset":0,"type":{"typedef":"__u8","kind":"int","name":"unsigned char","size":1,"signed":false},"bits":{"offset":1,"size":3}}',
    );
  });

  it('holds the object; a subskeleton only its digest', async () => {
    const path = 'samples/objects/clang-19/el/xdp_drop.bpf.o';
    const elf = readFileSync(path);
    const whole: SkeletonDocument = JSON.parse((await runCli(['-j', 'gen', 'skeleton', path])).stdout);
    expect(whole.kind).toBe('skeleton');
    expect(Buffer.from(decodeBase64(whole.elf.base64 ?? ''))).toEqual(elf);
    const part: SkeletonDocument = JSON.parse((await runCli(['-p', 'gen', 'subskeleton', path])).stdout);
    expect(part).toMatchObject({ kind: 'subskeleton', name: 'xdp_drop_bpf', elf: { sha256: whole.elf.sha256 } });
    expect(part.elf.base64).toBeUndefined();
  });

  it('has values of 64 bits as text', () => {
    const { types } = documentOf('test/fixtures/objects/odd_names.bpf.o');
    const values = Object.values(types).flatMap((type) => (type.kind === 'enum' ? type.values : []));
    expect(values).toContainEqual({ name: 'BIG_A', value: '281474976710655' });
    expect(values).toContainEqual({ name: 'SMALL_B', value: -7 });
  });

  it('tells the members of a struct_ops map', () => {
    const { maps } = documentOf('samples/objects/clang-19/el/struct_ops_tcp_cc.bpf.o');
    const [ops] = maps.flatMap((map) => (map.struct_ops === null ? [] : [map.struct_ops]));
    expect(ops.type).toBe('tcp_congestion_ops');
    expect(ops.members.filter(({ program }) => program !== null).every(({ role }) => role === 'program')).toBe(true);
    expect(ops.members.some(({ program }) => program !== null)).toBe(true);
  });
});
