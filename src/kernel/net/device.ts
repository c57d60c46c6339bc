import type { Memory, Region } from '../../vm/index.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { KernelStruct } from '../layout/struct.ts';

/** What a device is made of. */
export interface DeviceOptions {
  readonly ifindex: number;
  /** At most 15 bytes. */
  readonly name: string;
  readonly mtu: number;
  /** 6 bytes. */
  readonly address: Uint8Array;
}

const LOOPBACK: DeviceOptions = { ifindex: 1, name: 'lo', mtu: 65536, address: new Uint8Array(6) };

/** A network device; its `struct net_device` lies in the memory from when somebody first asks for it. */
export class Device {
  readonly options: DeviceOptions;
  readonly #memory: Memory;
  readonly #layout: () => KernelLayout;
  #struct: KernelStruct | undefined;
  #rxq: KernelStruct | undefined;

  constructor(memory: Memory, layout: () => KernelLayout, options: DeviceOptions) {
    this.#memory = memory;
    this.#layout = layout;
    this.options = options;
  }

  get ifindex(): number {
    return this.options.ifindex;
  }

  /** 6 bytes. */
  get address(): Uint8Array {
    return this.options.address;
  }

  /** 6 bytes: the loopback device has zeros. */
  get broadcast(): Uint8Array {
    return new Uint8Array(6).fill(this.options.ifindex === LOOPBACK.ifindex ? 0 : 0xff);
  }

  /** The device as `struct net_device`. */
  get struct(): KernelStruct {
    this.#struct ??= this.#makeStruct();
    return this.#struct;
  }

  /** The device's first receive queue as `struct xdp_rxq_info`. */
  get rxq(): KernelStruct {
    this.#rxq ??= this.#makeRxq();
    return this.#rxq;
  }

  #alloc(name: string): Region {
    const size = this.#layout().sizeOf(name) ?? 64;
    return this.#memory.alloc(size, { kind: 'object', name: `${name} ${this.options.name}`, writable: false });
  }

  #makeStruct(): KernelStruct {
    const { ifindex, name, mtu, address } = this.options;
    const device = new KernelStruct(this.#memory, this.#layout(), this.#alloc('net_device').offset);
    device.set('net_device.ifindex', ifindex);
    device.set('net_device.mtu', mtu);
    device.bytes('net_device.name').set(new TextEncoder().encode(name).subarray(0, 15));
    device.setIfThere('net_device.addr_len', address.length);
    const hardware = this.#memory.alloc(32, { kind: 'object', name: `address of ${name}`, writable: false });
    this.#memory.bytes().set(address, hardware.offset);
    device.set64('net_device.dev_addr', new KernelStruct(this.#memory, this.#layout(), hardware.offset).address);
    return device;
  }

  #makeRxq(): KernelStruct {
    const dev = this.struct.address;
    const rxq = new KernelStruct(this.#memory, this.#layout(), this.#alloc('xdp_rxq_info').offset);
    rxq.set64('xdp_rxq_info.dev', dev);
    return rxq;
  }
}

/** The devices of the emulated machine, by number: the loopback device and what the world adds. */
export class DeviceTable {
  readonly #memory: Memory;
  readonly #layout: () => KernelLayout;
  readonly #devices = new Map<number, Device>();

  constructor(memory: Memory, layout: () => KernelLayout) {
    this.#memory = memory;
    this.#layout = layout;
    this.add(LOOPBACK);
  }

  add(options: DeviceOptions): Device {
    const device = new Device(this.#memory, this.#layout, options);
    this.#devices.set(options.ifindex, device);
    return device;
  }

  get(ifindex: number): Device | undefined {
    return this.#devices.get(ifindex);
  }

  get loopback(): Device {
    return this.#devices.get(1) as Device;
  }

  list(): readonly Device[] {
    return [...this.#devices.values()].sort((a, b) => a.ifindex - b.ifindex);
  }
}
