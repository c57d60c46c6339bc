import { invariant } from '../../base/index.ts';
import { kernelSwitches } from '../../catalog/index.ts';
import { BPF_LD_IMM64, Insns, type ProgramFacts } from '../../isa/index.ts';
import type { Errno, Fd, ProgLoadAttr } from '../../syscall/index.ts';
import { bpf_pseudo, errno } from '../../uapi/index.ts';
import { kernelAddress } from '../../vm/index.ts';
import type { ProgCode, ProgHeader } from '../core/prog.ts';
import type { Translated, TranslateRefusal } from '../core/services.ts';
import type { BpfMap } from '../maps/map.ts';
import { ProgObject } from '../objects/prog-object.ts';
import { type Caller, idOfFd, installFd } from '../process/caller.ts';
import { GPL_COMPATIBLE } from './attach-rules.table.ts';
import { checkGlobalArguments } from './global-arguments.ts';
import { capabilitiesOf } from './privilege.ts';
import { checkProgAttr } from './prog-attr.ts';
import { translateFuncInfo, translateLineInfo } from './prog-debug-info.ts';
import { progTag } from './prog-tag.ts';
import { type Checking, checkCode, checkRecords, NOTHING_PROCESSED } from './prog-verify.ts';
import type { Refusal } from './refusal.ts';
import { checkProgVersion } from './since.ts';

/** The source registers of `ldimm64` that name a map, and whether they mean its value. */
const MAP_SOURCES: ReadonlyMap<number, 'map' | 'value'> = new Map([
  [bpf_pseudo.BPF_PSEUDO_MAP_FD, 'map'],
  [bpf_pseudo.BPF_PSEUDO_MAP_IDX, 'map'],
  [bpf_pseudo.BPF_PSEUDO_MAP_VALUE, 'value'],
  [bpf_pseudo.BPF_PSEUDO_MAP_IDX_VALUE, 'value'],
]);

/** BPF_PROG_LOAD. */
export function progLoad(caller: Caller, attr: ProgLoadAttr): Fd | Errno {
  const { state } = caller;
  const { version } = state.profile;
  const older = checkProgVersion(version, attr);
  if (older < 0) return older;
  const target = checkProgAttr(caller, attr);
  if (typeof target === 'number') return target;
  const insns = new Insns(attr.insns.slice(), state.endian);
  const btfId = debugBtf(caller, attr);
  if (btfId < 0) return btfId;
  const wrong = checkRecords(caller, { attr, insns, target, btfId });
  if (wrong) return fail(attr, wrong);
  const checked = checkCode(caller, { attr, insns, target, btfId });
  addToLog(attr, checked.log);
  if (checked.verdict === 'rejected') return checked.errno;
  const { facts } = checked;
  if (btfId > 0) {
    const mistake = checkGlobalArguments(version, attr, state.btfs.expect(btfId).types());
    if (mistake) return fail(attr, mistake);
  }
  const translated = translate(caller, { attr, insns, target, btfId, facts });
  if ('errno' in translated) return fail(attr, translated);
  state.watch?.translated(translated.starts);
  const textBase = state.allocText(translated.insns.length);
  return install(caller, { attr, insns, target, facts, btfId, translated, textBase });
}

function addToLog({ log }: ProgLoadAttr, text: string): void {
  if (log && log.level > 0) log.text += text;
}

function fail(attr: ProgLoadAttr, { errno: code, log }: Refusal): Errno {
  addToLog(attr, log + NOTHING_PROCESSED);
  return code;
}

/** The id of the BTF that debug records are in; 0 where there are none. */
function debugBtf(caller: Caller, attr: ProgLoadAttr): number | Errno {
  if (!attr.funcInfo?.length && !attr.lineInfo?.length) {
    if (!attr.progBtfFd) return 0;
    const id = idOfFd(caller, 'btf', attr.progBtfFd);
    return Math.max(id, 0);
  }
  const id = idOfFd(caller, 'btf', attr.progBtfFd ?? 0);
  if (id < 0) return id;
  return caller.state.btfs.expect(id).kernelBtf ? -errno.EACCES : id;
}

interface Checked extends Checking {
  readonly facts: ProgramFacts<BpfMap>;
}

/** The form that runs. */
function translate(caller: Caller, { attr, insns, target, facts }: Checked): Translated | TranslateRefusal {
  const { state, services } = caller;
  return services.translate(state, {
    type: attr.progType,
    expectedAttachType: target.expectedAttachType,
    attachBtfId: target.btfId,
    attachBtfObjId: target.btf?.id ?? 0,
    insns: withMapAddresses(insns, facts),
    facts,
    privileged: capabilitiesOf(caller).bpf,
  });
}

/** A copy with the addresses of maps, or of places in their values, where the program names maps. */
function withMapAddresses(insns: Insns, facts: ProgramFacts<BpfMap>): Insns {
  const copy = insns.slice();
  for (let i = 0; i < copy.length; i++) {
    if (copy.code(i) !== BPF_LD_IMM64) continue;
    const source = MAP_SOURCES.get(copy.src(i));
    if (source) {
      const map = facts.maps[facts.insns[i]?.map ?? -1];
      invariant(map, `the map of instruction ${i} is known`);
      const address = source === 'map' ? map.address : kernelAddress(map.directValueOffset(copy.imm(i + 1) >>> 0));
      copy.setRegs(i, copy.dst(i), 0);
      copy.setImm64(i, address);
    }
    i++;
  }
  return copy;
}

interface Installing extends Checked {
  readonly translated: Translated;
  readonly textBase: bigint;
}

function install(caller: Caller, options: Installing): Fd | Errno {
  const { attr, insns, target, facts, btfId, translated, textBase } = options;
  const { state, task } = caller;
  const funcInfo = translateFuncInfo(attr, translated, state.endian);
  const lineInfo = translateLineInfo(attr, translated, state.endian);
  const header: Omit<ProgHeader, 'id'> = {
    type: attr.progType,
    expectedAttachType: target.expectedAttachType,
    name: attr.progName ?? '',
    tag: progTag(insns, kernelSwitches(state.profile.version).sha256_tags ? 'sha256' : 'sha1'),
    flags: attr.progFlags ?? 0,
    gplCompatible: GPL_COMPATIBLE.includes(attr.license),
    loadTime: state.clock.now(),
    uid: task.uid,
    ifindex: 0,
    mapIds: facts.maps.map((map) => map.id),
    btfId,
    attachBtfId: target.btfId,
    attachBtfObjId: target.btf?.id ?? 0,
    attachProgId: target.prog?.header.id ?? 0,
    verifiedInsns: insns.length,
    verified: state.verify === 'full',
    funcInfoRecSize: funcInfo.size,
    lineInfoRecSize: lineInfo.size,
    textBase,
    subprograms: translated.subprograms,
    length: translated.insns.length,
  };
  const code: ProgCode = { insns: translated.insns, funcInfo: funcInfo.bytes, lineInfo: lineInfo.bytes };
  const prog = state.progs.add((id) => new ProgObject(state, { ...header, id }, () => code));
  if (typeof prog === 'number') return prog;
  for (const id of header.mapIds) state.maps.hold(id);
  if (btfId !== 0) state.btfs.hold(btfId);
  if (header.attachProgId !== 0) state.progs.hold(header.attachProgId);
  return installFd(caller, 'prog', prog.header.id);
}
