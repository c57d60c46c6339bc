// The parameters of a function as the values that its compiled form takes.
import ts from 'typescript';
import { type Type, typeOfAnnotation } from './code.ts';
import { lookUp, type Source } from './source.ts';

export interface Parameters {
  /** Name of the record; undefined where the function takes none. */
  readonly record: string | undefined;
  /** In order, those of an object one by one. */
  readonly values: readonly { readonly name: string; readonly type: Type }[];
}

export function parametersOf(source: Source, node: ts.FunctionDeclaration): Parameters {
  let record: string | undefined;
  const values: { name: string; type: Type }[] = [];
  for (const { name, type } of node.parameters) {
    if (ts.isObjectBindingPattern(name)) {
      const members = membersOf(source, type!);
      for (const element of name.elements) {
        const field = element.name.getText();
        values.push({ name: field, type: members.get(field)! });
      }
      continue;
    }
    const known = typeOfAnnotation(type!);
    if (known === undefined) record = name.getText();
    else values.push({ name: name.getText(), type: known });
  }
  return { record, values };
}

function membersOf(source: Source, type: ts.TypeNode): Map<string, Type> {
  const node = ts.isTypeLiteralNode(type) ? type : lookUp(source, 'interfaces', type.getText())?.node;
  if (node === undefined) throw new TypeError(`${source.path}: no members of ${type.getText()}`);
  const members = new Map<string, Type>();
  for (const member of node.members) {
    if (ts.isPropertySignature(member)) members.set(member.name.getText(), typeOfAnnotation(member.type!)!);
  }
  return members;
}
