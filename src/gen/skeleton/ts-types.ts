import type { Btf, BtfId, Shape, ShapeField } from '../../btf/index.ts';
import { sizedShape } from '../../object/index.ts';
import { NameScope, propertyName, uniqueBy } from '../names.ts';

/** A type that the generated module declares. */
export type TsDeclaration =
  | {
      readonly kind: 'interface';
      readonly name: string;
      /** The C type and its size. */
      readonly comment: string;
      /** Lines such as `packets: bigint;`. */
      readonly fields: readonly string[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly comment: string;
      /** The type that values outside the list have. */
      readonly base: 'number' | 'bigint';
      readonly values: readonly { readonly name: string; readonly value: string }[];
    };

/** Collects the declarations that the types of maps and globals need, each C type once. */
export class TsTypes {
  readonly declarations: TsDeclaration[] = [];
  readonly #btf: Btf | undefined;
  readonly #names: NameScope;
  readonly #byId = new Map<BtfId, string>();

  /** @param taken names that the module uses otherwise */
  constructor(btf: Btf | undefined, taken: Iterable<string>) {
    this.#btf = btf;
    this.#names = new NameScope(taken);
  }

  /** The TypeScript of the values of a BTF type that takes `size` bytes. */
  ofType(id: BtfId, size: number): string {
    return this.ofShape(sizedShape(this.#btf, id, size));
  }

  ofShape(shape: Shape): string {
    switch (shape.kind) {
      case 'int':
        return numeric(shape.size);
      case 'bool':
        return 'boolean';
      case 'float':
        return 'number';
      case 'pointer':
        return 'bigint';
      case 'text':
        return 'string';
      case 'bytes':
        return 'Uint8Array';
      case 'enum':
        return this.#enumName(shape) ?? numeric(shape.size);
      case 'array': {
        const element = this.ofShape(shape.element);
        return element.includes('|') ? `(${element})[]` : `${element}[]`;
      }
      case 'struct':
      case 'union':
        return shape.name === ''
          ? `{ ${this.#fields(shape.fields).join(' ').replace(/;$/, '')} }`
          : this.#interfaceName(shape);
    }
  }

  #interfaceName(shape: Extract<Shape, { kind: 'struct' | 'union' }>): string {
    const known = this.#byId.get(shape.id);
    if (known !== undefined) return known;
    const name = this.#names.unique(shape.name);
    this.#byId.set(shape.id, name);
    const fields = this.#fields(shape.fields);
    const comment = `\`${shape.kind} ${shape.name}\`: ${shape.size} bytes`;
    this.declarations.push({ kind: 'interface', name, comment, fields });
    return name;
  }

  /** An anonymous struct or union inside another lends it its fields, as in C. */
  #fields(fields: readonly ShapeField[]): string[] {
    return uniqueBy(inOne(fields), (field) => field.name).map(
      ({ name, shape }) => `${propertyName(name)}: ${this.ofShape(shape)};`,
    );
  }

  #enumName(shape: Extract<Shape, { kind: 'enum' }>): string | undefined {
    const known = this.#byId.get(shape.id);
    if (known !== undefined) return known;
    const type = this.#btf?.typeById(shape.id);
    if ((type?.kind !== 'ENUM' && type?.kind !== 'ENUM64') || type.name === '' || type.values.length === 0) {
      return undefined;
    }
    const name = this.#names.unique(type.name);
    this.#byId.set(shape.id, name);
    const base = numeric(shape.size);
    const suffix = base === 'bigint' ? 'n' : '';
    this.declarations.push({
      kind: 'enum',
      name,
      comment: `\`enum ${type.name}\`: ${shape.size} bytes; it may hold other values too`,
      base,
      values: uniqueBy<{ name: string; value: number | bigint }>(type.values, (row) => row.name).map((row) => ({
        name: propertyName(row.name),
        value: `${row.value}${suffix}`,
      })),
    });
    return name;
  }
}

function inOne(fields: readonly ShapeField[]): ShapeField[] {
  return fields.flatMap((field) => {
    if (field.name !== '') return [field];
    return field.shape.kind === 'struct' || field.shape.kind === 'union' ? inOne(field.shape.fields) : [];
  });
}

function numeric(size: number): 'number' | 'bigint' {
  return size > 4 ? 'bigint' : 'number';
}
