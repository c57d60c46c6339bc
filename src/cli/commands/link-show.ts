import { type Fd, isErrno } from '../../syscall/index.ts';
import { bpf_link_type } from '../../uapi/index.ts';
import type { Handler } from '../context.ts';
import type { KernelObjects } from '../kernel-objects.ts';
import { takeLink } from '../refs.ts';
import { type LinkView, linkJson, linkPlain, linkTable } from '../render/link.ts';

/**
 * Lists links: all of them, or one.
 *
 * DEVIATION: bpftool 7.5 shows one link and then fails with 255; we succeed.
 */
export const linkShow: Handler = async (context, words) => {
  const { objects } = await context.session();
  const pins = context.options.bpffs ? objects.pins('link') : new Map<number, string[]>();
  const fd = words.count === 2 ? takeLink(objects, words) : undefined;
  words.end();
  const view = (each: Fd) => linkView(objects, each, pins);
  const views = fd === undefined ? objects.map('link', view) : [view(fd)];
  return {
    plain: () => views.map(linkPlain),
    json: () => (fd === undefined ? views.map(linkJson) : linkJson(views[0])),
    table: fd === undefined ? () => linkTable(views) : undefined,
  };
};

function linkView(objects: KernelObjects, fd: Fd, pins: ReadonlyMap<number, string[]>): LinkView {
  const { system } = objects;
  const info = objects.linkInfo(fd);
  const { ifindex } = info.attach;
  return {
    info,
    progType: info.type === bpf_link_type.BPF_LINK_TYPE_TRACING ? progType(objects, info.progId) : undefined,
    devname: ifindex ? system.netDevices().find((device) => device.ifindex === ifindex)?.name : undefined,
    pins: pins.get(info.id) ?? [],
    showPins: pins.size > 0,
  };
}

function progType(objects: KernelObjects, id: number): number | undefined {
  const fd = objects.system.objGetFdById('prog', id);
  if (isErrno(fd)) return undefined;
  const { type } = objects.progInfo(fd);
  objects.system.close(fd);
  return type;
}
