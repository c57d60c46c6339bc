import type { Btf, BtfFunc, BtfFuncProto, BtfId } from '../../btf/index.ts';

/** Deepest nesting of types in a signature. */
const MAX_DEPTH = 64;

/** A function, or another type, as one line of C in bpftool's spacing; empty where that cannot be said. */
export function cSignature(btf: Btf, id: BtfId): string {
  return typeText(btf, id, 0) ?? '';
}

function typeText(btf: Btf, id: BtfId, depth: number): string | undefined {
  if (id === 0) return 'void ';
  if (depth > MAX_DEPTH || !btf.has(id)) return undefined;
  const type = btf.typeById(id);
  const inner = (of: BtfId) => typeText(btf, of, depth + 1);
  const joined = (head: string, of: BtfId, tail = '') => {
    const text = inner(of);
    return text === undefined ? undefined : `${head}${text}${tail}`;
  };
  switch (type.kind) {
    case 'INT':
    case 'TYPEDEF':
    case 'FLOAT':
      return `${type.name} `;
    case 'STRUCT':
      return `struct ${type.name} `;
    case 'UNION':
      return `union ${type.name} `;
    case 'ENUM':
    case 'ENUM64':
      return `enum ${type.name} `;
    case 'ARRAY':
      return joined('', type.type, `[${type.count}]`);
    case 'PTR':
      return joined('', type.type, '* ');
    case 'FWD':
      return `${type.fwdKind} ${type.name} `;
    case 'VOLATILE':
      return joined('volatile ', type.type);
    case 'CONST':
      return joined('const ', type.type);
    case 'RESTRICT':
      return joined('restrict ', type.type);
    case 'FUNC_PROTO':
      return functionText(btf, type, { name: '', depth });
    case 'FUNC':
      return functionOf(btf, type, depth);
    case 'VAR':
      return joined(type.linkage === 'static' ? 'static ' : '', type.type, ` ${type.name}`);
    case 'DATASEC':
      return `section ("${type.name}") `;
    default:
      return undefined;
  }
}

function functionOf(btf: Btf, func: BtfFunc, depth: number): string | undefined {
  const proto = btf.typeById(func.type);
  return proto.kind === 'FUNC_PROTO' ? functionText(btf, proto, { name: func.name, depth }) : undefined;
}

function functionText(
  btf: Btf,
  proto: BtfFuncProto,
  { name, depth }: { name: string; depth: number },
): string | undefined {
  const result = typeText(btf, proto.returnType, depth + 1);
  const params = proto.params.map((param) => {
    if (param.type === 0) return '...';
    const type = typeText(btf, param.type, depth + 1);
    // Without a name the space that would stand before it goes too.
    return type === undefined ? undefined : param.name ? `${type}${param.name}` : type.replace(/ $/, '');
  });
  if (result === undefined || params.includes(undefined)) return undefined;
  return `${result}${name}(${params.join(', ')})`;
}
