import type { BtfInfo, Fd, MapInfo, ProgInfo } from '../../syscall/index.ts';
import { isErrno } from '../../syscall/index.ts';
import type { Handler } from '../context.ts';
import { errFailed, errSystem } from '../errors.ts';
import type { KernelObjects } from '../kernel-objects.ts';
import type { Json } from '../render/json.ts';
import type { Words } from '../words.ts';

interface BtfView {
  readonly id: number;
  readonly name: string;
  readonly kernel: boolean;
  /** Bytes. */
  readonly size: number;
  readonly progIds: readonly number[];
  readonly mapIds: readonly number[];
}

/**
 * Ids of the objects that use a BTF, by the BTF's id, in bpftool's order: that of a hash table whose chains grow at the
 * head and turn round when the table doubles.
 * @see tools/lib/bpf/hashmap.c (v6.12)
 */
function users(objects: KernelObjects, kind: 'prog' | 'map'): Map<number, number[]> {
  const users = new Map<number, number[]>();
  let size = 0;
  let capacity = 0;
  for (const { info } of objects.all(kind)) {
    const { btfId, id } = info as ProgInfo | MapInfo;
    if (!btfId) continue;
    if (Math.trunc((++size * 4) / 3) > capacity) {
      capacity = Math.max(4, 2 * capacity);
      for (const ids of users.values()) ids.reverse();
    }
    users.set(btfId, [id, ...(users.get(btfId) ?? [])]);
  }
  return users;
}

function takeBtf(objects: KernelObjects, words: Words): Fd {
  if (!words.takeIf('id')) throw errFailed(`expected 'id', got: '${words.peek}'?`);
  const id = words.takeU32('ID');
  const fd = objects.system.objGetFdById('btf', id);
  if (isErrno(fd)) throw errSystem(`can't get BTF object by id (${id})`, fd, -1);
  return fd;
}

/** Lists BTF objects, and who uses them. */
export const btfShow: Handler = async (context, words) => {
  const { objects } = await context.session();
  const fd = words.count === 2 ? takeBtf(objects, words) : undefined;
  words.end();
  const progs = users(objects, 'prog');
  const maps = users(objects, 'map');
  const view = ({ id, name, kernelBtf, btf }: BtfInfo): BtfView => ({
    id,
    name,
    kernel: kernelBtf,
    size: btf.length,
    progIds: progs.get(id) ?? [],
    mapIds: maps.get(id) ?? [],
  });
  const infos = fd === undefined ? [...objects.all('btf')].map(({ info }) => info as BtfInfo) : [objects.btfInfo(fd)];
  const views = infos.map(view);
  return {
    plain: () => views.map(btfPlain),
    json: () => (fd === undefined ? views.map(btfJson) : btfJson(views[0])),
    table: () => ({
      head: ['id', 'name', 'size', 'programs', 'maps'],
      styles: ['id', 'name', 'number'],
      rows: views.map((each) => [
        String(each.id),
        each.kernel ? `[${each.name}]` : each.name || '<anon>',
        `${each.size}B`,
        each.progIds.join(','),
        each.mapIds.join(','),
      ]),
    }),
  };
};

function btfPlain({ id, name, kernel, size, progIds, mapIds }: BtfView): string {
  const shown = kernel ? `[${name}]` : name || '<anon>';
  const progs = progIds.length > 0 ? `  prog_ids ${progIds.join(',')}` : '';
  const maps = mapIds.length > 0 ? `  map_ids ${mapIds.join(',')}` : '';
  return `${id}: name ${shown}  size ${size}B${progs}${maps}\n`;
}

function btfJson({ id, name, kernel, size, progIds, mapIds }: BtfView): Json {
  return { id, size, prog_ids: progIds, map_ids: mapIds, kernel, name: name || undefined };
}
