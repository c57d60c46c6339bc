import { type Piece, piece } from '../piece.ts';

/** The constant pieces of C. */
export const C = {
  space: piece(' '),
  void: piece('void'),
  struct: piece('struct'),
  union: piece('union'),
  enum: piece('enum'),
  typedef: piece('typedef '),
  /** Before a type. */
  constBefore: piece('const '),
  volatileBefore: piece('volatile '),
  restrictBefore: piece('restrict '),
  /** After a pointer. */
  const: piece(' const'),
  volatile: piece(' volatile'),
  restrict: piece(' restrict'),
  star: piece('*'),
  spaceStar: piece(' *'),
  open: piece('('),
  spaceOpen: piece(' ('),
  close: piece(')'),
  openBracket: piece('['),
  closeBracket: piece(']'),
  openBrace: piece(' {'),
  closeBrace: piece('}'),
  noParameters: piece('void)'),
  variadic: piece('...'),
  comma: piece(','),
  commaSpace: piece(', '),
  colon: piece(': '),
  semicolon: piece(';'),
  /** After a definition. */
  end: piece(';\n\n'),
  equals: piece(' = '),
  number: piece('___'),
  typeTag: piece(' __attribute__((btf_type_tag("'),
  typeTagEnd: piece('")))'),
  attribute: piece(' __attribute__(('),
  attributeEnd: piece('))'),
  packed: piece(' __attribute__((packed))'),
  byteMode: piece(' __attribute__((mode(byte)))'),
  wordMode: piece(' __attribute__((mode(word)))'),
} as const;

/** Deepest indentation that is written. @see tools/lib/bpf/btf_dump.c (v6.12) */
const INDENT_MAX = 13;
const LINES = Array.from({ length: INDENT_MAX + 1 }, (_, level) => piece(`\n${'\t'.repeat(level)}`));

/** A new line with a tab for each level of nesting. */
export function line(level: number): Piece {
  return LINES[Math.min(level, INDENT_MAX)];
}
