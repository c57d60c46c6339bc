import type { Endian } from '../../base/index.ts';
import { alignUp, ByteReader } from '../../base/index.ts';
import type { Btf } from '../../btf/index.ts';
import type { MapInfo } from '../../syscall/index.ts';
import { bpf_map_type } from '../../uapi/index.ts';
import { btfValue } from './btf-value.ts';
import { hexJson, hexLines } from './hex.ts';
import { formatJson, type Json } from './json.ts';

/** What is needed to print the elements of a map. */
export interface EntryFormat {
  readonly info: MapInfo;
  /** Types of keys and values, where the map has them. */
  readonly btf: Btf | undefined;
  readonly endian: Endian;
  /** Possible CPUs. */
  readonly cpus: number;
}

const PER_CPU: ReadonlySet<number> = new Set([
  bpf_map_type.BPF_MAP_TYPE_PERCPU_HASH,
  bpf_map_type.BPF_MAP_TYPE_PERCPU_ARRAY,
  bpf_map_type.BPF_MAP_TYPE_LRU_PERCPU_HASH,
  bpf_map_type.BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE,
]);

export function isPerCpu(type: number): boolean {
  return PER_CPU.has(type);
}

export function isMapOfMaps(type: number): boolean {
  return type === bpf_map_type.BPF_MAP_TYPE_ARRAY_OF_MAPS || type === bpf_map_type.BPF_MAP_TYPE_HASH_OF_MAPS;
}

/** The value of each CPU. */
function cpuValues({ info, cpus }: EntryFormat, value: Uint8Array): Uint8Array[] {
  const step = alignUp(info.valueSize, 8);
  return Array.from({ length: cpus }, (_, cpu) => value.subarray(cpu * step, cpu * step + info.valueSize));
}

/** Key and value by their types. */
export function typedEntry(
  format: EntryFormat & { readonly btf: Btf },
  { key, value, plain }: { key: Uint8Array; value: Uint8Array; plain: boolean },
): Json {
  const { info, btf, endian } = format;
  const print = { btf, endian, plain };
  const valueId = info.btfVmlinuxValueTypeId || info.btfValueTypeId;
  const typedKey = info.btfKeyTypeId ? btfValue(print, info.btfKeyTypeId, key) : undefined;
  if (!isPerCpu(info.type)) return { key: typedKey, value: btfValue(print, valueId, value) };
  const values = cpuValues(format, value).map((bytes, cpu) => ({ cpu, value: btfValue(print, valueId, bytes) }));
  return { key: typedKey, values };
}

/** One element as text; typed where the map has types. */
export function entryPlain(format: EntryFormat, key: Uint8Array, value: Uint8Array): string {
  const { btf } = format;
  if (btf !== undefined) return `${formatJson(typedEntry({ ...format, btf }, { key, value, plain: true }), true)}\n`;
  return isPerCpu(format.info.type) ? perCpuPlain(format, key, value) : bytesPlain(format, key, value);
}

/** Key and value in hexadecimal, on one line if they are short. */
function bytesPlain({ info, endian }: EntryFormat, key: Uint8Array, value: Uint8Array): string {
  const long = info.keySize > 16 || info.valueSize > 16;
  const gap = long ? '\n' : ' ';
  let text = '';
  if (info.keySize > 0) {
    text += `key:${gap}${hexLines(key)}${info.keySize + info.valueSize <= 24 && !long ? '  ' : '\n'}`;
  }
  if (info.valueSize > 0) {
    text += isMapOfMaps(info.type)
      ? `inner_map_id:${gap}${new ByteReader(value, endian).u32(0)} `
      : `value:${gap}${hexLines(value)}`;
  }
  return `${text}\n`;
}

function perCpuPlain(format: EntryFormat, key: Uint8Array, value: Uint8Array): string {
  const { info } = format;
  let text = info.keySize > 0 ? `key:\n${hexLines(key)}\n` : '';
  if (info.valueSize === 0) return text;
  for (const [cpu, bytes] of cpuValues(format, value).entries()) {
    const number = String(cpu).padStart(2, '0');
    text += `value (CPU ${number}):${info.valueSize > 16 ? '\n' : ' '}${hexLines(bytes)}\n`;
  }
  return text;
}

export function entryJson(format: EntryFormat, key: Uint8Array, value: Uint8Array): Json {
  const { info, btf, endian } = format;
  const formatted = btf && typedEntry({ ...format, btf }, { key, value, plain: false });
  if (isPerCpu(info.type)) {
    const values = cpuValues(format, value).map((bytes, cpu) => ({ cpu, value: hexJson(bytes) }));
    return { key: hexJson(key), values, formatted };
  }
  const inner = isMapOfMaps(info.type) ? new ByteReader(value, endian).u32(0) : undefined;
  return { key: hexJson(key), value: hexJson(value), inner_map_id: inner, formatted };
}

/** An element that could not be read. */
export function entryErrorPlain({ info }: EntryFormat, key: Uint8Array, message: string): string {
  const long = info.keySize > 16 || message.length > 16;
  const gap = long ? '\n' : ' ';
  const separator = info.keySize + message.length <= 24 && !long ? '  ' : '\n';
  return `key:${gap}${hexLines(key)}${separator}value:${gap}${message}\n`;
}
