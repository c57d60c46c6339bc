import { invariant } from '../base/index.ts';
import { type Btf, parseBtf } from '../btf/index.ts';
import type { KernelProfile } from '../catalog/index.ts';
import { bpf_prog_flags } from '../uapi/index.ts';
import { type EngineKind, kernelOffset, Memory } from '../vm/index.ts';
import type { PinHolder, PinKind } from './bpffs/bpffs.ts';
import { CgroupTree } from './core/cgroups.ts';
import type { Clock } from './core/clock.ts';
import { EventQueue } from './core/event-queue.ts';
import type { Attachment } from './core/link.ts';
import { ObjectTable } from './core/object-table.ts';
import type { Random } from './core/random.ts';
import type { KernelServices } from './core/services.ts';
import type { KernelState, KernelWatch, VerifyDepth } from './core/state.ts';
import type { Store, StoredRecord } from './core/store.ts';
import type { KernelSymbols } from './core/symbols.ts';
import { Sysctls } from './core/sysctls.ts';
import { TextSpace } from './core/text-space.ts';
import { TracePipe } from './core/trace-pipe.ts';
import { WaitList } from './core/wait-list.ts';
import { BtfSymbols } from './files/symbols.ts';
import type { BpfMap, HeldKind, MapHost, ProgOwner } from './maps/map.ts';
import { PerfEventArrayMap } from './maps/perf-event-array.ts';
import { btfCodec, kernelBtfObject } from './objects/btf-object.ts';
import { linkCodec } from './objects/link-object.ts';
import { mapCodec } from './objects/map-object.ts';
import { perfEventCodec } from './objects/perf-event-object.ts';
import { progCodec } from './objects/prog-object.ts';
import { SavedPages } from './objects/saved-pages.ts';
import type { OpenFile } from './process/fd-table.ts';

const VMLINUX_BTF_ID = 1;

interface KernelParts {
  readonly profile: KernelProfile;
  readonly verify: VerifyDepth;
  readonly engine: EngineKind;
  readonly verified?: KernelState['verified'];
  readonly watch?: KernelWatch;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store | undefined;
}

/** The objects of a kernel, from the store and back to it, and who holds what. */
export class KernelObjects implements PinHolder {
  readonly state: KernelState;
  readonly #store: Store | undefined;
  readonly #pages: SavedPages;
  readonly #text: TextSpace;
  #services: KernelServices | undefined;
  #attachmentsChanged = false;
  #hidden: Btf | undefined;

  constructor(options: KernelParts) {
    const { profile, verify, engine, verified, watch, clock, random, store } = options;
    this.#store = store;
    const pager = store && { load: (page: number, into: Uint8Array) => store.loadPage(page, into) };
    const memory = new Memory({ pager });
    this.#pages = new SavedPages(memory, store);
    this.#text = new TextSpace(store);
    const state = () => this.state;
    const pages = this.#pages;
    let symbols: KernelSymbols | undefined;
    this.state = {
      profile,
      verify,
      engine,
      verified,
      watch,
      endian: profile.endian,
      memory,
      clock,
      random,
      events: new EventQueue(),
      trace: new TracePipe(),
      waiters: new WaitList(),
      maps: new ObjectTable('map', mapCodec(state, pages), store),
      progs: new ObjectTable('prog', progCodec(state, store), store),
      btfs: new ObjectTable('btf', btfCodec(profile, store), store),
      links: new ObjectTable('link', linkCodec(state), store),
      perfEvents: new ObjectTable('perf_event', perfEventCodec(state, pages), store),
      attachments: [],
      attachmentsChanged: () => {
        this.#attachmentsChanged = true;
      },
      cgroups: new CgroupTree(),
      sysctls: new Sysctls(profile),
      mapHost: this.#mapHost(memory, { profile, clock, random }),
      trackMap: (map) => pages.addMap(map),
      trackRing: (event) => pages.addRing(event),
      allocText: (insns) => this.#text.alloc(insns, this.state.progs),
      mapAt: (address) => pages.mapAt(kernelOffset(address)),
      progAt: (address) => this.#progAt(address),
      btf: () => this.#kernelTypes(),
      structs: () => this.#kernelTypes() ?? this.#hiddenTypes(),
      symbols: () => {
        symbols ??= new BtfSymbols(this.state.structs(), profile.config.get('CONFIG_KALLSYMS_ALL') !== 'n');
        return symbols;
      },
    };
    this.#restore();
  }

  /** What the rest of the kernel gives to maps. Set once, before the first call. */
  set services(services: KernelServices) {
    this.#services = services;
  }

  hold(kind: PinKind, id: number): void {
    this.#table(kind).holdForUser(id);
  }

  drop(kind: PinKind, id: number): void {
    this.#table(kind).dropForUser(id);
  }

  /** The last fd of an open file is closed. */
  fileClosed(file: OpenFile): void {
    const { kind, id } = file;
    if (kind === 'cgroup' || kind === 'netns') return;
    if (file.installed) removeInstalled(this.state.maps.expect(id), file.installed);
    this.#table(kind === 'iter' ? 'link' : kind).dropForUser(id);
  }

  save(): void {
    const { state } = this;
    const store = this.#store;
    if (!store) return;
    for (const table of [state.maps, state.progs, state.btfs, state.links, state.perfEvents]) table.save();
    this.#pages.save();
    this.#text.save();
    for (const part of ['events', 'trace', 'cgroups', 'sysctls'] as const) {
      if (!state[part].changed) continue;
      state[part].changed = false;
      store.put(part, 0, state[part].toRecord());
    }
    if (this.#attachmentsChanged) store.put('attachments', 0, [...state.attachments] as unknown as StoredRecord[]);
    this.#attachmentsChanged = false;
  }

  #restore(): void {
    const { state } = this;
    for (const part of ['events', 'trace', 'cgroups', 'sysctls'] as const) {
      const saved = this.#store?.get(part, 0);
      if (saved) state[part].restore(saved as StoredRecord);
    }
    state.attachments.push(...((this.#store?.get('attachments', 0) ?? []) as unknown as Attachment[]));
    if (!state.btfs.has(VMLINUX_BTF_ID)) state.btfs.add((id) => kernelBtfObject(id, state.profile));
  }

  #kernelTypes(): Btf | undefined {
    const object = this.state.btfs.expect(VMLINUX_BTF_ID);
    return object.bytes().length === 0 ? undefined : object.types();
  }

  #hiddenTypes(): Btf | undefined {
    const bytes = this.state.profile.structs?.();
    if (bytes) this.#hidden ??= parseBtf(bytes);
    return this.#hidden;
  }

  #progAt(address: bigint) {
    const { progs } = this.state;
    for (const id of progs.ids()) {
      const { textBase, length } = progs.expect(id).header;
      if (address >= textBase && address < textBase + 8n * BigInt(length)) return progs.get(id);
    }
    return undefined;
  }

  #table(kind: 'prog' | 'map' | 'btf' | 'link' | 'perf_event'): ObjectTable<unknown> {
    switch (kind) {
      case 'prog':
        return this.state.progs;
      case 'map':
        return this.state.maps;
      case 'btf':
        return this.state.btfs;
      case 'link':
        return this.state.links;
      case 'perf_event':
        return this.state.perfEvents;
    }
  }

  /** The table of a kind that maps hold; undefined for what has no references here. */
  #heldTable(kind: HeldKind): ObjectTable<unknown> | undefined {
    switch (kind) {
      case 'prog':
      case 'map':
      case 'link':
      case 'perf_event':
        return this.#table(kind);
      default:
        return undefined;
    }
  }

  #progOwner(id: number): ProgOwner | undefined {
    const header = this.state.progs.get(id)?.header;
    if (!header) return undefined;
    return {
      type: header.type,
      expectedAttachType: header.expectedAttachType,
      jited: false,
      xdpHasFrags: (header.flags & bpf_prog_flags.BPF_F_XDP_HAS_FRAGS) !== 0,
    };
  }

  #mapHost(memory: Memory, { profile, clock, random }: Pick<KernelState, 'profile' | 'clock' | 'random'>): MapHost {
    const services = () => {
      invariant(this.#services, 'the kernel is wired');
      return this.#services;
    };
    return {
      memory,
      cpus: profile.cpus,
      pageSize: profile.pageSize,
      endian: profile.endian,
      now: () => clock.now(),
      random32: () => random.u32(),
      hold: (kind, id) => this.#heldTable(kind)?.hold(id),
      drop: (kind, id) => this.#heldTable(kind)?.drop(id),
      mapById: (id) => this.state.maps.get(id),
      progOwner: (id) => this.#progOwner(id),
      hasNetDevice: (ifindex) => services().hasNetDevice(this.state, ifindex),
      freeField: (map, field, offset) => services().freeField(this.state, map, { field, offset }),
      wake: (map) => this.state.waiters.wake(`map ${map.id}`),
    };
  }
}

/** Takes the perf events out of an array that were put in through a file, where they still are there. */
function removeInstalled(map: BpfMap, installed: NonNullable<OpenFile['installed']>): void {
  if (!(map instanceof PerfEventArrayMap)) return;
  for (const { index, event } of installed) if (map.idAt(index) === event) map.removeAt(index);
}
