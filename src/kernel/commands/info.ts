import { alignUp } from '../../base/index.ts';
import {
  BPF_CALL,
  BPF_JMP,
  BPF_LD_IMM64,
  BPF_LDX,
  BPF_MEM,
  BPF_PROBE_MEM,
  BPF_PROBE_MEM32,
  BPF_ST,
  BPF_STX,
  Insns,
  insnClass,
  insnMode,
  insnSize,
} from '../../isa/index.ts';
import type { BtfInfo, Errno, Fd, LinkInfo, MapInfo, ObjectInfo, ProgInfo } from '../../syscall/index.ts';
import { bpf_pseudo, bpf_pseudo_call, errno } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { BpfBtf } from '../core/btf.ts';
import type { BpfLink } from '../core/link.ts';
import type { BpfProg } from '../core/prog.ts';
import type { KernelState } from '../core/state.ts';
import type { BpfMap } from '../maps/map.ts';
import { ProgArrayMap } from '../maps/prog-array.ts';
import type { Caller } from '../process/caller.ts';

/** Bytes of Linux's record of a program before its instructions; programs take whole pages. */
const PROG_HEAD = 72;

/** BPF_OBJ_GET_INFO_BY_FD. */
export function objGetInfoByFd(caller: Caller, fd: Fd): ObjectInfo | Errno {
  const { state } = caller;
  const file = caller.fds.get(fd);
  if (!file) return -errno.EBADFD;
  switch (file.kind) {
    case 'prog':
      return progInfo(state, state.progs.expect(file.id));
    case 'map':
      return mapInfo(state.maps.expect(file.id));
    case 'btf':
      return btfInfo(state.btfs.expect(file.id));
    case 'link':
      return linkInfo(state.links.expect(file.id));
    default:
      return -errno.EINVAL;
  }
}

function progInfo(state: KernelState, prog: BpfProg): ProgInfo {
  const { header } = prog;
  const code = () => prog.code();
  return {
    kind: 'prog',
    type: header.type,
    id: header.id,
    tag: header.tag,
    name: header.name,
    gplCompatible: header.gplCompatible,
    loadTime: header.loadTime,
    createdByUid: header.uid,
    mapIds: header.mapIds,
    ifindex: header.ifindex,
    btfId: header.btfId,
    jitedLen: 0,
    xlatedLen: header.length * 8,
    get xlated() {
      return dumpForm(state, prog).bytes;
    },
    runTimeNs: prog.runTimeNs,
    runCnt: prog.runCnt,
    recursionMisses: prog.recursionMisses,
    verifiedInsns: header.verifiedInsns,
    attachBtfObjId: header.attachBtfObjId,
    attachBtfId: header.attachBtfId,
    get funcInfo() {
      return code().funcInfo.slice();
    },
    funcInfoRecSize: header.funcInfoRecSize,
    get lineInfo() {
      return code().lineInfo.slice();
    },
    lineInfoRecSize: header.lineInfoRecSize,
    memlock: alignUp(PROG_HEAD + header.length * 8, state.profile.pageSize),
    funcAddresses: header.subprograms.map((start) => header.textBase + 8n * BigInt(start)),
  };
}

/** Accesses that are shown as what they were before, but those that extend the sign. */
function isPlainProbe(code: number): boolean {
  const mode = insnMode(code);
  switch (insnClass(code)) {
    case BPF_LDX:
      return mode === BPF_PROBE_MEM || mode === BPF_PROBE_MEM32;
    case BPF_ST:
    case BPF_STX:
      return mode === BPF_PROBE_MEM32;
    default:
      return false;
  }
}

/**
 * The translated instructions as Linux shows them: ids in the place of the maps' addresses; calls of subprograms with
 * the distance in `off` (what it can hold of it) and the subprogram's number in `imm`, addresses of subprograms with
 * that number in the second slot.
 */
function dumpForm(state: KernelState, prog: BpfProg): Insns {
  const insns = new Insns(prog.code().insns.bytes.slice(), state.endian);
  const { mapIds, subprograms } = prog.header;
  const maps = mapIds.map((id) => state.maps.expect(id));
  for (let i = 0; i < insns.length; i++) {
    if (isPlainProbe(insns.code(i))) insns.setCode(i, insnClass(insns.code(i)) | insnSize(insns.code(i)) | BPF_MEM);
    if (insns.code(i) === (BPF_JMP | BPF_CALL) && insns.src(i) === bpf_pseudo_call.BPF_PSEUDO_CALL) {
      const distance = insns.imm(i);
      insns.setOff(i, distance);
      insns.setImm(i, subprograms.indexOf(i + 1 + distance));
    }
    if (insns.code(i) !== BPF_LD_IMM64) continue;
    if (insns.src(i) === bpf_pseudo.BPF_PSEUDO_FUNC) {
      insns.setImm(i + 1, subprograms.indexOf(i + 1 + insns.imm(i)));
    }
    const address = insns.imm64(i);
    const found = insns.src(i) === 0 ? mapOfAddress(maps, address) : undefined;
    if (found) {
      const source = found.value ? bpf_pseudo.BPF_PSEUDO_MAP_VALUE : bpf_pseudo.BPF_PSEUDO_MAP_FD;
      insns.setRegs(i, insns.dst(i), source);
      insns.setImm(i, found.map.id);
      insns.setImm(i + 1, found.offset);
    }
    i++;
  }
  return insns;
}

function mapOfAddress(
  maps: readonly BpfMap[],
  address: bigint,
): { map: BpfMap; value: boolean; offset: number } | undefined {
  for (const map of maps) {
    if (map.address === address) return { map, value: false, offset: 0 };
    const first = map.directValueOffset(0);
    if (first < 0) continue;
    const offset = address - kernelAddress(first);
    if (offset >= 0n && offset < BigInt(map.attr.valueSize)) return { map, value: true, offset: Number(offset) };
  }
  return undefined;
}

function mapInfo(map: BpfMap): MapInfo {
  const { attr } = map;
  const owner = map instanceof ProgArrayMap ? map.owner : undefined;
  return {
    kind: 'map',
    type: attr.mapType,
    id: map.id,
    keySize: attr.keySize,
    valueSize: attr.valueSize,
    maxEntries: attr.maxEntries,
    mapFlags: attr.mapFlags ?? 0,
    name: attr.mapName ?? '',
    ifindex: attr.mapIfindex ?? 0,
    btfId: map.spec.btfId,
    btfKeyTypeId: attr.btfKeyTypeId ?? 0,
    btfValueTypeId: attr.btfValueTypeId ?? 0,
    btfVmlinuxValueTypeId: attr.btfVmlinuxValueTypeId ?? 0,
    mapExtra: attr.mapExtra ?? 0n,
    memlock: map.memlock(),
    frozen: map.frozen,
    ownerProgType: owner?.type,
    ownerJited: owner?.jited,
  };
}

function btfInfo(btf: BpfBtf): BtfInfo {
  return {
    kind: 'btf',
    id: btf.id,
    name: btf.name,
    kernelBtf: btf.kernelBtf,
    get size() {
      return btf.bytes().length;
    },
    get btf() {
      return btf.bytes().slice();
    },
  };
}

function linkInfo({ type, id, progId, attach }: BpfLink): LinkInfo {
  return { kind: 'link', type, id, progId, attach };
}
