import { bpf_attach_type, bpf_link_type, xdp_action } from '../../uapi/index.ts';
import type { PacketOutcome } from '../../world/index.ts';
import type { BpfProg } from '../core/prog.ts';
import type { KernelState } from '../core/state.ts';
import { DevMapHash } from '../maps/devmap-hash.ts';
import { RedirectArrayMap } from '../maps/redirect-array.ts';
import type { Device } from '../net/device.ts';
import { ethTypeTrans } from '../net/ethernet.ts';
import { ETH_HLEN, SkBuff } from '../net/sk-buff.ts';
import { XdpBuff } from '../net/xdp-buff.ts';
import { errProgramFault } from './errors.ts';
import type { Redirect, RunScope, Runtime } from './scope.ts';

/** Verdicts of tc programs. @see include/uapi/linux/pkt_cls.h (v6.12) */
const TC_ACT_SHOT = 2;
const TC_ACT_STOLEN = 4;
const TC_ACT_QUEUED = 5;
const TC_ACT_REDIRECT = 7;
const TCX_NEXT = -1;
const HEADROOM = 64;

/** The programs that links or tables attach to a device in one way, in the order in which they run. */
function* programsOf(
  state: KernelState,
  linkType: number,
  at: { ifindex: number; attachType: number },
): Generator<BpfProg> {
  for (const attachment of state.attachments) {
    const prog =
      attachment.kind === 'tcx' && linkType === bpf_link_type.BPF_LINK_TYPE_TCX && attachment.target === at.ifindex;
    const found = prog && attachment.attachType === at.attachType ? state.progs.get(attachment.progId) : undefined;
    if (found) yield found;
  }
  for (const id of [...state.links.ids()]) {
    const link = state.links.get(id);
    if (!link || link.detached || link.type !== linkType || link.attach.ifindex !== at.ifindex) continue;
    const prog = link.attachType === at.attachType ? state.progs.get(link.progId) : undefined;
    if (prog) yield prog;
  }
}

/** The device that a redirect leads to, and the program that runs there; target 0 where it leads nowhere. */
function redirectTarget(redirect: Redirect | undefined): { readonly target: number; readonly progId: number } {
  if (!redirect) return { target: 0, progId: 0 };
  const { ifindex, map, index } = redirect;
  if (!map) return { target: ifindex, progId: 0 };
  const key = Number(BigInt.asUintN(32, index ?? 0n));
  if (map instanceof RedirectArrayMap || map instanceof DevMapHash) return map.redirectEntry(key);
  return { target: 0, progId: 0 };
}

/** A redirected packet leaves by its device, if the program that stands in the map's entry lets it. */
function redirectXdp(runtime: Runtime, xdp: XdpBuff, redirect: Redirect | undefined): PacketOutcome {
  const { target, progId } = redirectTarget(redirect);
  const device = runtime.devices.get(target);
  if (!device) return { verdict: 'drop', packet: xdp.bytes() };
  const prog = progId === 0 ? undefined : runtime.state.progs.get(progId);
  if (prog) {
    xdp.setTransmit(device);
    const action = enter(runtime, scopeFor(runtime, prog, xdp), xdp.context);
    if (action !== xdp_action.XDP_PASS) return { verdict: 'drop', packet: xdp.bytes() };
  }
  return { verdict: 'redirect', packet: xdp.bytes(), ifindex: target };
}

function scopeFor(runtime: Runtime, prog: BpfProg, packet: XdpBuff | SkBuff): RunScope {
  return { runtime, prog, packet, task: runtime.tasks.idle, cpu: 0, cookie: 0n, returnValue: 0, cleanup: [] };
}

function enter(runtime: Runtime, scope: RunScope, context: bigint): number {
  const ended = runtime.run(scope, { context });
  if (!ended.ok) throw errProgramFault(ended.fault);
  return Number(BigInt.asIntN(32, ended.r0));
}

/** A packet comes in on a device: its XDP program, then its tc programs at ingress, decide what becomes of it. */
export function deliverPacket(runtime: Runtime, device: Device, packet: Uint8Array): PacketOutcome {
  const [xdp] = programsOf(runtime.state, bpf_link_type.BPF_LINK_TYPE_XDP, {
    ifindex: device.ifindex,
    attachType: bpf_attach_type.BPF_XDP,
  });
  const outcome = xdp ? runXdp(runtime, device, { prog: xdp, packet }) : { verdict: 'pass' as const, packet };
  return outcome.verdict === 'pass' ? runIngress(runtime, device, outcome.packet) : outcome;
}

function runXdp(
  runtime: Runtime,
  device: Device,
  { prog, packet }: { prog: BpfProg; packet: Uint8Array },
): PacketOutcome {
  const xdp = new XdpBuff(runtime.state.memory, runtime.layout(), { device, data: packet });
  try {
    const scope = scopeFor(runtime, prog, xdp);
    const action = enter(runtime, scope, xdp.context);
    const after = xdp.bytes();
    switch (action) {
      case xdp_action.XDP_PASS:
        return { verdict: 'pass', packet: after };
      case xdp_action.XDP_TX:
        return { verdict: 'tx', packet: after, ifindex: device.ifindex };
      case xdp_action.XDP_REDIRECT:
        return redirectXdp(runtime, xdp, scope.redirect);
      case xdp_action.XDP_DROP:
        return { verdict: 'drop', packet: after };
      default:
        return { verdict: 'aborted', packet: after };
    }
  } finally {
    xdp.free();
  }
}

function runIngress(runtime: Runtime, device: Device, packet: Uint8Array): PacketOutcome {
  const at = { ifindex: device.ifindex, attachType: bpf_attach_type.BPF_TCX_INGRESS };
  const programs = [...programsOf(runtime.state, bpf_link_type.BPF_LINK_TYPE_TCX, at)];
  if (programs.length === 0 || packet.length < ETH_HLEN) return { verdict: 'pass', packet };
  const skb = new SkBuff(runtime.state.memory, runtime.layout(), { device, data: packet, headroom: HEADROOM });
  try {
    ethTypeTrans(skb, device);
    skb.push(ETH_HLEN);
    skb.struct.set('sk_buff.skb_iif', device.ifindex);
    skb.struct.setIfThere('sk_buff.tc_at_ingress', 1);
    for (const prog of programs) {
      skb.computeDataPointers();
      const scope = scopeFor(runtime, prog, skb);
      const verdict = enter(runtime, scope, skb.context);
      const after = skb.bytes().slice();
      if (verdict === TCX_NEXT) continue;
      if (verdict === TC_ACT_SHOT || verdict === TC_ACT_STOLEN || verdict === TC_ACT_QUEUED) {
        return { verdict: 'drop', packet: after };
      }
      if (verdict === TC_ACT_REDIRECT) {
        const { target } = redirectTarget(scope.redirect);
        if (!runtime.devices.get(target)) return { verdict: 'drop', packet: after };
        return { verdict: 'redirect', packet: after, ifindex: target };
      }
      return { verdict: 'pass', packet: after };
    }
    return { verdict: 'pass', packet: skb.bytes().slice() };
  } finally {
    skb.free();
  }
}
