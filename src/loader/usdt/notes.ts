import { ByteReader, decodeUtf8 } from '../../base/index.ts';
import type { BinarySegment, ElfBinary, ElfNote } from '../../elf/index.ts';
import { nearest } from '../../relo/index.ts';
import type { FoundBinary } from '../binaries.ts';
import { errAttachTarget } from '../errors.ts';

/** One place of a static probe in its file. */
export interface UsdtSite {
  /** Byte offset in the file of the instruction. */
  readonly offset: bigint;
  /** The instruction's address as it was linked. */
  readonly address: bigint;
  /** Byte offset in the file of the counter of those who watch; 0: the probe has none. */
  readonly semaphore: bigint;
  /** Its arguments, as the compiler wrote them. */
  readonly args: string;
}

/** A probe by its names. */
export interface UsdtName {
  readonly provider: string;
  readonly name: string;
}

interface UsdtNote extends UsdtName {
  readonly location: bigint;
  readonly base: bigint;
  readonly semaphore: bigint;
  readonly args: string;
}

const NOTES = '.note.stapsdt';
const BASE = '.stapsdt.base';
const NOTE_NAME = 'stapsdt';
const NOTE_TYPE = 3;
const ET_EXEC = 2;
const ET_DYN = 3;
const ADDRESSES_SIZE = 3 * 8;

/**
 * The places of a static probe in a 64-bit executable or library.
 * @param program for messages
 * @throws {LoaderError} `LOADER_ATTACH_TARGET` where there is none, or its note is broken
 * @see https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation
 */
export function findUsdtSites(program: string, { path, elf }: FoundBinary, wanted: UsdtName): UsdtSite[] {
  const fail = (problem: string) => errAttachTarget(program, problem);
  if (elf.bits !== 64) throw fail(`attaching to 32-bit ELF binary '${path}' is not supported`);
  if (elf.type !== ET_EXEC && elf.type !== ET_DYN) {
    throw fail(`unsupported type of ELF binary '${path}' (${elf.type}), only ET_EXEC and ET_DYN are supported`);
  }
  const section = elf.sectionNamed(NOTES);
  if (section === undefined) throw fail(`no USDT notes section (${NOTES}) found in '${path}'`);
  const notes = elf.notes(section).map((note) => parseNote(note, elf));
  if (notes.includes(undefined)) throw fail(`invalid USDT notes section (${NOTES}) in '${path}'`);
  const meant = (notes as UsdtNote[]).filter(
    ({ provider, name }) => provider === wanted.provider && name === wanted.name,
  );
  const title = `${wanted.provider}:${wanted.name}`;
  if (meant.length === 0) {
    const there = (notes as UsdtNote[]).filter(({ provider }) => provider === wanted.provider);
    const hints = nearest(wanted.name, new Set(there.map(({ name }) => name)));
    throw errAttachTarget(program, `'${path}' has no USDT '${title}'`, hints);
  }
  return meant.map((note) => {
    const site = siteOf(note, elf);
    if (typeof site === 'string') throw fail(`USDT '${title}' in '${path}': ${site}`);
    return site;
  });
}

/** Undefined for a note that is no static probe's, or broken. */
function parseNote({ name: owner, type, desc }: ElfNote, { endian }: ElfBinary): UsdtNote | undefined {
  if (owner !== NOTE_NAME || type !== NOTE_TYPE || desc.length < ADDRESSES_SIZE + 3) return undefined;
  const reader = new ByteReader(desc, endian);
  const strings = desc.subarray(ADDRESSES_SIZE);
  const providerEnd = strings.indexOf(0);
  const nameEnd = strings.indexOf(0, providerEnd + 1);
  if (providerEnd < 0 || nameEnd <= providerEnd + 1 || nameEnd + 1 >= strings.length) return undefined;
  const argsEnd = strings.indexOf(0, nameEnd + 1);
  const args = decodeUtf8(strings.subarray(nameEnd + 1, argsEnd < 0 ? strings.length : argsEnd));
  return {
    provider: decodeUtf8(strings.subarray(0, providerEnd)),
    name: decodeUtf8(strings.subarray(providerEnd + 1, nameEnd)),
    // A note may be written without arguments, and then goes on with a colon.
    args: args.startsWith(':') ? '' : args,
    location: reader.u64(0),
    base: reader.u64(8),
    semaphore: reader.u64(16),
  };
}

/** Addresses become offsets in the file: the kernel places probes by these. */
function siteOf(note: UsdtNote, elf: ElfBinary): UsdtSite | string {
  // Prelink moves what is loaded, but no notes: how far is seen from a section that is there for nothing else.
  const base = elf.sectionNamed(BASE)?.addr ?? 0n;
  const address = base !== 0n && note.base !== 0n ? note.location + base - note.base : note.location;
  const code = segmentAt(elf, address);
  if (code === undefined) return `failed to find ELF program segment at IP 0x${address.toString(16)}`;
  if (!code.executable) return `the segment at IP 0x${address.toString(16)} is not executable`;
  const site = { offset: address - code.start + code.offset, address, args: note.args };
  if (note.semaphore === 0n) return { ...site, semaphore: 0n };
  const data = segmentAt(elf, note.semaphore);
  if (data === undefined)
    return `failed to find ELF loadable segment with semaphore at 0x${note.semaphore.toString(16)}`;
  if (data.executable) return `the segment of the semaphore at 0x${note.semaphore.toString(16)} is executable`;
  return { ...site, semaphore: note.semaphore - data.start + data.offset };
}

function segmentAt({ segments }: ElfBinary, address: bigint): BinarySegment | undefined {
  return segments.find(({ start, end }) => start <= address && address < end);
}
