import type { ContextField, ContextStruct } from './context.ts';
import {
  accessRules,
  type ContextPointer,
  type ContextRules,
  type LoadRule,
  sockLoads,
} from './context-access.table.ts';
import { sockContext, tcpSockContext } from './context-skb.table.ts';
import { contextOfProgType } from './contexts.ts';

/** One access of a context. */
export interface ContextBytes {
  readonly offset: number;
  readonly size: number;
  readonly write: boolean;
  readonly signed: boolean;
  /** BPF_* of the program's expected attach type. */
  readonly attachType: number;
}

/** A field that is accessed; `pointer` where it yields one. */
export interface AllowedAccess {
  readonly field: ContextField;
  readonly pointer?: ContextPointer;
}

/** Whether the program type has a context of fields. */
export function hasContextFields(progType: number): boolean {
  return accessRules.has(progType) && contextOfProgType(progType) !== undefined;
}

/**
 * Whether a program of the type may access the bytes of its context. The type must have a context of fields.
 * @returns undefined where not
 */
export function contextAccess(progType: number, bytes: ContextBytes): AllowedAccess | undefined {
  const context = contextOfProgType(progType);
  const rules = accessRules.get(progType);
  if (!context || !rules) return undefined;
  const { offset, size, write } = bytes;
  if (offset < 0 || offset >= context.size || offset % size !== 0) return undefined;
  const field = fieldAt(context, rules, offset);
  if (!field || isHidden(rules, field, bytes.attachType)) return undefined;
  if (write) return mayStore(rules, field, bytes) ? { field } : undefined;
  const pointer = rules.pointers?.[field.name];
  if (pointer !== undefined) {
    const whole = offset === field.offset && size === field.size && !bytes.signed;
    return whole ? { field, pointer } : undefined;
  }
  return mayLoad(loadRule(rules, field), field, bytes) ? { field } : undefined;
}

function fieldAt(context: ContextStruct, rules: ContextRules, offset: number): ContextField | undefined {
  const holds = ({ offset: start, size, count = 1 }: ContextField) => offset >= start && offset < start + size * count;
  return context.fields.find(holds) ?? rules.more?.find(holds);
}

function isHidden(rules: ContextRules, { name }: ContextField, attachType: number): boolean {
  if (rules.hidden?.includes(name)) return true;
  const only = rules.only?.[name];
  return only !== undefined && !only.includes(attachType);
}

function loadRule({ loads, fields }: ContextRules, { name }: ContextField): LoadRule {
  return fields?.[name] ?? loads;
}

function mayLoad(
  rule: LoadRule,
  field: ContextField,
  { offset, size }: Pick<ContextBytes, 'offset' | 'size'>,
): boolean {
  switch (rule) {
    case 'exact':
      return size === field.size;
    case 'narrow':
      return size <= field.size;
    case 'start':
      return size <= field.size && offset === field.offset;
    case 'wide':
      return size <= field.size || isWide(field, offset, size);
    case 'bytes':
      return offset + size <= field.offset + field.size * (field.count ?? 1);
    case 'words':
      return size === 8;
    case 'port':
      // Two bytes, that older programs take as four.
      return size === 4 ? offset === field.offset : size <= 2;
    case 'protocol':
      return size === 2 || size === 4;
  }
}

/** Two elements of an array of addresses at once. */
function isWide(field: ContextField, offset: number, size: number): boolean {
  return size === 8 && offset + size <= field.offset + field.size * (field.count ?? 1);
}

function mayStore(rules: ContextRules, field: ContextField, { offset, size, attachType }: ContextBytes): boolean {
  const rule = rules.stores?.[field.name];
  if (rule === undefined) return false;
  if (typeof rule !== 'string') return rule.includes(attachType) && size === field.size;
  switch (rule) {
    case 'first':
      return size === field.size && offset === field.offset;
    case 'wide':
      return size === field.size || isWide(field, offset, size);
    case 'bytes':
      return offset + size <= field.offset + field.size * (field.count ?? 1);
    default:
      return size === field.size;
  }
}

/** The kinds of sockets that programs get as structs of fields. */
export type SocketKind = 'sock' | 'sock_common' | 'tcp_sock' | 'xdp_sock';

/** Fields of `struct bpf_sock` that all kinds of sockets have not. */
const FULL_ONLY: readonly string[] = ['type', 'protocol', 'mark', 'priority'];
/** `struct bpf_xdp_sock` has but the queue's number. */
const XDP_SOCK_BYTES = 4;

/** Whether a load from a socket's struct is in order. @see net/core/filter.c (v6.12) */
export function isSocketAccess(kind: SocketKind, offset: number, size: number): boolean {
  if (offset < 0 || offset % size !== 0) return false;
  if (kind === 'xdp_sock') return offset < XDP_SOCK_BYTES && size === 4;
  const context = kind === 'tcp_sock' ? tcpSockContext : sockContext;
  const field = context.fields.find(
    ({ offset: start, size: bytes, count = 1 }) => offset >= start && offset < start + bytes * count,
  );
  if (kind === 'tcp_sock') return field !== undefined && size === field.size;
  if (kind === 'sock_common' && field && FULL_ONLY.includes(field.name)) return false;
  if (!field) return false;
  return mayLoad(sockLoads[field.name] ?? 'narrow', field, { offset, size });
}
