// Every sample program that its section's name attaches: a link that is there, shown, pinned and detached.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbpftsError } from '../../src/base/index.ts';
import { createKernel } from '../../src/kernel/index.ts';
import { type LoadedObject, loadObject } from '../../src/loader/index.ts';
import { openObject } from '../../src/object/index.ts';
import type { LinkInfo, ProgInfo } from '../../src/syscall/index.ts';
import { bpf_link_type as T } from '../../src/uapi/index.ts';
import { binaryFiles } from '../support/binaries.ts';
import { runCli } from '../support/cli.ts';
import { sampleObject, sampleObjects, shippedKernelBtf } from '../support/samples.ts';

const FOLDER = 'clang-19/el';
const binaries = binaryFiles({ '/usr/lib/libc.so.6': 'libprobes.so.1' });
const btf = shippedKernelBtf();
const on = createKernel({
  profile: {
    version: '6.12.117',
    arch: 'x86_64',
    endian: 'little',
    pageSize: 4096,
    cpus: 2,
    btf: () => btf,
    config: new Map([
      ['CONFIG_HZ', '250'],
      ['CONFIG_BPF_SYSCALL', 'y'],
    ]),
  },
});

/** The type of link that attaching makes, and what it says of its target. */
const LINKS: Readonly<Record<string, { type: number; says: object }>> = {
  'raw_tp/sys_enter': { type: T.BPF_LINK_TYPE_RAW_TRACEPOINT, says: { tpName: 'sys_enter' } },
  'tp_btf/sched_switch': { type: T.BPF_LINK_TYPE_RAW_TRACEPOINT, says: { tpName: 'sched_switch' } },
  'fentry/do_unlinkat': { type: T.BPF_LINK_TYPE_TRACING, says: { attachType: 24 } },
  'fexit/do_unlinkat': { type: T.BPF_LINK_TYPE_TRACING, says: { attachType: 25 } },
  'lsm/socket_bind': { type: T.BPF_LINK_TYPE_TRACING, says: { attachType: 27 } },
  'iter/task': { type: T.BPF_LINK_TYPE_ITER, says: { targetName: 'task' } },
  'kprobe/do_unlinkat': {
    type: T.BPF_LINK_TYPE_PERF_EVENT,
    says: { perfEvent: expect.objectContaining({ type: 'kprobe', func: 'do_unlinkat' }) },
  },
  'kretprobe/do_unlinkat': {
    type: T.BPF_LINK_TYPE_PERF_EVENT,
    says: { perfEvent: expect.objectContaining({ type: 'kretprobe', func: 'do_unlinkat' }) },
  },
  'uprobe/libc.so.6:malloc': {
    type: T.BPF_LINK_TYPE_PERF_EVENT,
    says: { perfEvent: { type: 'uprobe', file: '/usr/lib/libc.so.6', offset: 0x1000n, refCtrOffset: 0n } },
  },
  'uretprobe/libc.so.6:malloc': {
    type: T.BPF_LINK_TYPE_PERF_EVENT,
    says: { perfEvent: { type: 'uretprobe', file: '/usr/lib/libc.so.6', offset: 0x1000n, refCtrOffset: 0n } },
  },
  'usdt/libc.so.6:libc:setjmp': {
    type: T.BPF_LINK_TYPE_UPROBE_MULTI,
    says: {
      multi: {
        flags: 0,
        path: '/usr/lib/libc.so.6',
        funcs: [expect.objectContaining({ address: 0x1012n, cookie: 0n, refCtrOffset: 0n })],
      },
    },
  },
  'tracepoint/syscalls/sys_enter_openat': {
    type: T.BPF_LINK_TYPE_PERF_EVENT,
    says: { perfEvent: expect.objectContaining({ type: 'tracepoint' }) },
  },
};

/** What cannot attach by itself, and what is said of it. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  // Linux too asks for the map by its fd.
  'iter/bpf_map_elem': /^BPF_LINK_CREATE of 'iter_map_elem' failed: Bad file descriptor \(EBADF\)$/,
};

const objects = sampleObjects(FOLDER).map((path) => ({
  name: path.slice(FOLDER.length + 1, -6),
  object: openObject(sampleObject(path), { name: path.slice(FOLDER.length + 1, -6) }),
}));
const attachable = objects.filter(({ object }) =>
  object.programs.some(
    ({ sec, attachTarget }) => sec !== undefined && sec.autoAttach !== 'none' && attachTarget !== undefined,
  ),
);

describe('attached by its section', () => {
  it.each(attachable)('$name', ({ object }) => {
    const system = on.openProcess();
    let loaded: LoadedObject;
    try {
      loaded = loadObject(system, object, { binaries });
    } catch (error) {
      expect((error as Error).message).toMatch(/not supported yet: /);
      return;
    }
    for (const program of loaded.programs) {
      const { section } = program.spec;
      if (REFUSED[section]) {
        expect(() => program.attach()).toThrow(EbpftsError);
        expect(() => program.attach()).toThrow(REFUSED[section]);
        continue;
      }
      const link = program.attach();
      expect(LINKS).toHaveProperty([section]);
      if (link === undefined) throw new TypeError(`${section} makes no link`);
      const info = system.objGetInfoByFd(link.fd) as LinkInfo;
      const { id } = system.objGetInfoByFd(program.fd) as ProgInfo;
      expect(info).toMatchObject({ kind: 'link', type: LINKS[section].type, progId: id });
      expect(info.attach).toMatchObject(LINKS[section].says);
      expect(system.objGetNextId('link', info.id - 1)).toBe(info.id);
      const pin = `/sys/fs/bpf/${program.name}_link`;
      link.pin(pin);
      link.close();
      const again = system.objGet(pin);
      expect(system.objGetInfoByFd(again)).toMatchObject({ id: info.id });
      system.unlink(pin);
      system.close(again);
      expect(system.objGetNextId('link', info.id - 1)).toBeLessThan(0);
    }
    system.exit();
  });
});

describe('the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebpfts-links-'));
  const run = (line: string) => runCli(line.split(' '), { env: { EBPFTS_MACHINE: join(folder, 'machine') } });
  const load = (name: string) => run(`prog loadall samples/objects/${FOLDER}/${name}.bpf.o /sys/fs/bpf/x autoattach`);
  beforeAll(async () => {
    await run('machine reset');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('shows a link of every kind, and detaches it', async () => {
    expect(await load('fentry_unlink')).toMatchObject({ status: 0 });
    const shown = JSON.parse((await run('link show -j')).stdout);
    expect(shown).toMatchObject([
      { type: 'tracing', attach_type: 'trace_fentry' },
      { type: 'tracing', attach_type: 'trace_fexit' },
    ]);
    expect(await run(`link detach id ${shown[0].id}`)).toMatchObject({ status: 1 });
    await run('machine reset');
  });

  it('pins a program whose link is refused, as bpftool does', async () => {
    const { stderr, status } = await load('iter_map_elem');
    expect(stderr).toContain('Program iter_map_elem does not support autoattach, falling back to pinning\n');
    expect(status).toBe(0);
    expect((await run('prog show pinned /sys/fs/bpf/x/iter_map_elem')).status).toBe(0);
    await run('machine reset');
  });

  it('finds the library of a uprobe where LD_LIBRARY_PATH says', async () => {
    const library = join(folder, 'libc.so.6');
    copyFileSync('samples/binaries/libprobes.so.1', library);
    const options = { env: { EBPFTS_MACHINE: join(folder, 'machine'), LD_LIBRARY_PATH: folder } };
    const path = `samples/objects/${FOLDER}/uprobe_malloc.bpf.o`;
    const loaded = await runCli(['prog', 'loadall', path, '/sys/fs/bpf/x', 'autoattach'], options);
    expect(loaded).toMatchObject({ status: 0 });
    expect(JSON.parse((await run('link show -j')).stdout)).toMatchObject([
      { type: 'perf_event', retprobe: false, file: library, offset: 0x1000, cookie: 0 },
      { type: 'perf_event', retprobe: true, file: library, offset: 0x1000, cookie: 0 },
    ]);
    await run('machine reset');
  });
});
