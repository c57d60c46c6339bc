import { attachTypeNames, linkTypeNames, progTypeNames } from '../../catalog/index.ts';
import type { LinkAttachInfo, LinkInfo, PerfEventInfo } from '../../syscall/index.ts';
import { bpf_link_type as L } from '../../uapi/index.ts';
import type { Json } from './json.ts';
import type { Table } from './table.ts';

/** What `link show` says of one link. */
export interface LinkView {
  readonly info: LinkInfo;
  /** `BPF_PROG_TYPE_*` of its program, where that is shown. */
  readonly progType: number | undefined;
  /** Name of the device that it is attached to. */
  readonly devname: string | undefined;
  readonly pins: readonly string[];
  readonly showPins: boolean;
}

const attachTypeName = (type: number | undefined): string | number => attachTypeNames[type ?? 0] ?? type ?? 0;

const ITER_ORDER: readonly string[] = [
  'order_unspec',
  'self_only',
  'descendants_pre',
  'descendants_post',
  'ancestors_up',
];
const isMapTarget = (name = '') => name === 'bpf_map_elem' || name === 'bpf_sk_storage_map';
const isTaskTarget = (name = '') => name === 'task' || name === 'task_file' || name === 'task_vma';

const PF_NAMES: Readonly<Record<number, string>> = {
  1: 'inet',
  2: 'ip',
  3: 'arp',
  5: 'netdev',
  7: 'bridge',
  10: 'ip6',
};
const INET_HOOKS: readonly string[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const ARP_HOOKS: readonly string[] = ['input', 'output'];
const NFPROTO_ARP = 3;
const KPROBE_MULTI_RETURN = 1;

export function linkPlain(view: LinkView): string {
  const { info, pins } = view;
  const type = linkTypeNames[info.type];
  const head = `${info.id}: ${type ?? `type ${info.type}`}  `;
  const holder = info.type === L.BPF_LINK_TYPE_STRUCT_OPS ? `map ${info.attach.mapId}  ` : `prog ${info.progId}  `;
  return `${head}${holder}${attachPlain(view)}${pins.map((path) => `\n\tpinned ${path}`).join('')}\n`;
}

function attachPlain({ info, progType, devname }: LinkView): string {
  const { attach } = info;
  const attachType = `attach_type ${attachTypeName(attach.attachType)}  `;
  const device = `ifindex ${devicePlain(attach, devname)}  `;
  switch (info.type) {
    case L.BPF_LINK_TYPE_RAW_TRACEPOINT:
      return `\n\ttp '${attach.tpName}'  `;
    case L.BPF_LINK_TYPE_TRACING: {
      const target = `\n\ttarget_obj_id ${attach.targetObjId ?? 0}  target_btf_id ${attach.targetBtfId ?? 0}  `;
      const type = progType === undefined ? '' : (progTypeNames[progType] ?? progType);
      return `\n\tprog_type ${type}  ${attachType}${attach.targetObjId || attach.targetBtfId ? target : ''}`;
    }
    case L.BPF_LINK_TYPE_CGROUP:
      return `\n\tcgroup_id ${attach.cgroupId}  ${attachType}`;
    case L.BPF_LINK_TYPE_ITER:
      return iterPlain(attach);
    case L.BPF_LINK_TYPE_NETNS:
      return `\n\tnetns_ino ${attach.netnsIno}  ${attachType}`;
    case L.BPF_LINK_TYPE_NETFILTER:
      return netfilterPlain(attach);
    case L.BPF_LINK_TYPE_TCX:
    case L.BPF_LINK_TYPE_NETKIT:
      return `\n\t${device}${attachType}`;
    case L.BPF_LINK_TYPE_SOCKMAP:
      return `\n\tmap_id ${attach.mapId}  ${attachType}`;
    case L.BPF_LINK_TYPE_XDP:
      return `\n\t${device}`;
    case L.BPF_LINK_TYPE_KPROBE_MULTI:
      return kprobeMultiPlain(attach);
    case L.BPF_LINK_TYPE_UPROBE_MULTI:
      return uprobeMultiPlain(attach);
    case L.BPF_LINK_TYPE_PERF_EVENT:
      return attach.perfEvent ? perfEventPlain(attach.perfEvent, attach.cookie) : '';
    default:
      return '';
  }
}

function devicePlain({ ifindex }: LinkAttachInfo, devname: string | undefined): string {
  if (!ifindex) return '(detached)';
  return devname === undefined ? '(unknown)' : `${devname}(${ifindex})`;
}

function iterPlain(attach: LinkAttachInfo): string {
  let text = `target_name ${attach.targetName}  `;
  if (isMapTarget(attach.targetName)) text += `map_id ${attach.mapId}  `;
  if (isTaskTarget(attach.targetName)) {
    if (attach.tid) text += `tid ${attach.tid} `;
    else if (attach.pid) text += `pid ${attach.pid} `;
  }
  if (attach.targetName === 'cgroup') {
    text += `cgroup_id ${attach.cgroupId}  order ${ITER_ORDER[attach.order ?? 0] ?? 'unknown'}  `;
  }
  return text;
}

function netfilterPlain({ netfilter }: LinkAttachInfo): string {
  if (netfilter === undefined) return '';
  const { pf, hooknum, priority, flags } = netfilter;
  const pfName = PF_NAMES[pf];
  const hook = (pf === NFPROTO_ARP ? ARP_HOOKS : INET_HOOKS)[hooknum];
  const shownHook =
    pfName !== undefined && pfName !== 'netdev' && hook !== undefined ? ` ${hook}` : `, hook ${hooknum},`;
  const shownFlags = flags ? ` flags 0x${flags.toString(16)}` : '';
  return `\n\t${pfName ?? `pf: ${pf}`}${shownHook} prio ${priority}${shownFlags}`;
}

function kprobeMultiPlain({ multi }: LinkAttachInfo): string {
  if (multi === undefined || multi.funcs.length === 0) return '';
  const kind = multi.flags & KPROBE_MULTI_RETURN ? 'kretprobe.multi' : 'kprobe.multi';
  let text = `\n\t${kind}  func_cnt ${multi.funcs.length}  \n\t${'addr'.padEnd(16)} ${'cookie'.padEnd(16)} func [module]`;
  for (const { address, cookie, name } of multi.funcs) {
    text += `\n\t${address.toString(16).padStart(16, '0')} ${cookie.toString(16).padEnd(16)} ${name}  `;
  }
  return text;
}

function uprobeMultiPlain({ multi, pid }: LinkAttachInfo): string {
  if (multi === undefined || multi.funcs.length === 0) return '';
  const kind = multi.flags & KPROBE_MULTI_RETURN ? 'uretprobe.multi' : 'uprobe.multi';
  let text = `\n\t${kind}  path ${multi.path}  func_cnt ${multi.funcs.length}  ${pid ? `pid ${pid}  ` : ''}`;
  text += `\n\t${'offset'.padEnd(16)}   ${'ref_ctr_offset'.padEnd(16)}   ${'cookies'.padEnd(16)}`;
  const hex = (value: bigint) => `0x${value.toString(16).padEnd(16)}`;
  for (const { address, refCtrOffset, cookie } of multi.funcs) {
    text += `\n\t${hex(address)} ${hex(refCtrOffset ?? 0n)} ${hex(cookie)}`;
  }
  return text;
}

/** Linux says only the name, without the category before it. */
const tracepointName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** `%#x` of printf: 0 stands alone. */
const prefixedHex = (value: bigint | number): string => (value ? `0x${value.toString(16)}` : '0');

function perfEventPlain(event: PerfEventInfo, cookie: bigint | undefined): string {
  const shownCookie = cookie ? `cookie ${cookie}  ` : '';
  switch (event.type) {
    case 'kprobe':
    case 'kretprobe': {
      const address = event.address ? `${event.address.toString(16)} ` : '';
      const offset = event.offset ? `+${prefixedHex(event.offset)}` : '';
      return `\n\t${event.type} ${address}${event.func}${offset}${cookie ? `  cookie ${cookie}` : ''}  `;
    }
    case 'uprobe':
    case 'uretprobe':
      return `\n\t${event.type} ${event.file}+${prefixedHex(event.offset)}  ${shownCookie}`;
    case 'tracepoint':
      return `\n\ttracepoint ${tracepointName(event.name)}  ${shownCookie}`;
    case 'event':
      return `\n\tevent ${event.eventType} :${event.config}  ${shownCookie}`;
  }
}

export function linkJson(view: LinkView): Json {
  const { info, pins, showPins } = view;
  return {
    id: info.id,
    type: linkTypeNames[info.type] ?? info.type,
    prog_id: info.progId,
    ...attachJson(view),
    pinned: showPins ? pins : undefined,
  };
}

type JsonFields = Record<string, Json | undefined>;

function attachJson({ info, progType, devname }: LinkView): JsonFields {
  const { attach } = info;
  const attach_type = attachTypeName(attach.attachType);
  const device = { devname: attach.ifindex ? (devname ?? '(unknown)') : '(detached)', ifindex: attach.ifindex ?? 0 };
  switch (info.type) {
    case L.BPF_LINK_TYPE_RAW_TRACEPOINT:
      return { tp_name: attach.tpName };
    case L.BPF_LINK_TYPE_TRACING:
      return {
        prog_type: progTypeNames[progType ?? 0] ?? progType,
        attach_type,
        target_obj_id: attach.targetObjId ?? 0,
        target_btf_id: attach.targetBtfId ?? 0,
      };
    case L.BPF_LINK_TYPE_CGROUP:
      return { cgroup_id: attach.cgroupId, attach_type };
    case L.BPF_LINK_TYPE_ITER:
      return iterJson(attach);
    case L.BPF_LINK_TYPE_NETNS:
      return { netns_ino: attach.netnsIno, attach_type };
    case L.BPF_LINK_TYPE_NETFILTER: {
      const { pf, hooknum: hook, priority: prio, flags } = attach.netfilter ?? {};
      return { pf, hook, prio, flags };
    }
    case L.BPF_LINK_TYPE_TCX:
    case L.BPF_LINK_TYPE_NETKIT:
      return { ...device, attach_type };
    case L.BPF_LINK_TYPE_SOCKMAP:
      return { map_id: attach.mapId, attach_type };
    case L.BPF_LINK_TYPE_XDP:
      return device;
    case L.BPF_LINK_TYPE_STRUCT_OPS:
      return { map_id: attach.mapId };
    case L.BPF_LINK_TYPE_KPROBE_MULTI:
    case L.BPF_LINK_TYPE_UPROBE_MULTI:
      return multiJson(attach);
    case L.BPF_LINK_TYPE_PERF_EVENT:
      return attach.perfEvent ? perfEventJson(attach.perfEvent, attach.cookie ?? 0n) : {};
    default:
      return {};
  }
}

function iterJson(attach: LinkAttachInfo): JsonFields {
  const { targetName, mapId, tid, pid, cgroupId, order } = attach;
  const task = isTaskTarget(targetName);
  const cgroup = targetName === 'cgroup';
  return {
    target_name: targetName,
    map_id: isMapTarget(targetName) ? mapId : undefined,
    tid: task && tid ? tid : undefined,
    pid: task && !tid && pid ? pid : undefined,
    cgroup_id: cgroup ? cgroupId : undefined,
    order: cgroup ? (ITER_ORDER[order ?? 0] ?? 'unknown') : undefined,
  };
}

function multiJson({ multi, pid }: LinkAttachInfo): JsonFields {
  if (multi === undefined) return {};
  const retprobe = (multi.flags & KPROBE_MULTI_RETURN) !== 0;
  const { path, funcs } = multi;
  if (path !== undefined) {
    const list = funcs.map((f) => ({ offset: f.address, ref_ctr_offset: f.refCtrOffset ?? 0n, cookie: f.cookie }));
    return { retprobe, path, func_cnt: funcs.length, pid: pid ?? 0, funcs: list };
  }
  const list = funcs.map((f) => ({ addr: f.address, func: f.name, module: null, cookie: f.cookie }));
  return { retprobe, func_cnt: funcs.length, missed: 0, funcs: list };
}

function perfEventJson(event: PerfEventInfo, cookie: bigint): JsonFields {
  switch (event.type) {
    case 'kprobe':
    case 'kretprobe':
      return {
        retprobe: event.type === 'kretprobe',
        addr: event.address,
        func: event.func,
        offset: event.offset,
        missed: 0,
        cookie,
      };
    case 'uprobe':
    case 'uretprobe':
      return { retprobe: event.type === 'uretprobe', file: event.file, offset: event.offset, cookie };
    case 'tracepoint':
      return { tracepoint: tracepointName(event.name), cookie };
    case 'event':
      return { event_type: event.eventType, event_config: event.config, cookie };
  }
}

export function linkTable(views: readonly LinkView[]): Table {
  const showPins = views.some((view) => view.showPins);
  return {
    head: ['id', 'type', 'program', 'attached to', ...(showPins ? ['pinned'] : [])],
    styles: ['id', undefined, 'number', 'name'],
    rows: views.map((view) => [
      String(view.info.id),
      linkTypeNames[view.info.type] ?? String(view.info.type),
      String(view.info.progId),
      attachPlain(view).trim().replace(/\s+/g, ' '),
      ...(showPins ? [view.pins.join('\n')] : []),
    ]),
  };
}
