import type { Memory, Region } from '../../vm/index.ts';
import type { KernelLayout } from '../layout/layout.ts';
import { KernelStruct } from '../layout/struct.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const TCP_CLOSE = 7;

/** The socket that PROG_TEST_RUN gives a packet: of no protocol, closed. */
export class TestSock {
  readonly region: Region;
  readonly struct: KernelStruct;

  constructor(memory: Memory, layout: KernelLayout) {
    this.region = memory.alloc(layout.sizeOf('sock') ?? 1024, { kind: 'object', name: 'sock' });
    this.struct = new KernelStruct(memory, layout, this.region.offset);
    this.struct.set('sock.__sk_common+sock_common.skc_state', TCP_CLOSE);
  }

  /** Takes the addresses of an IP header, in network order. */
  setAddresses4(source: Uint8Array, destination: Uint8Array): void {
    this.struct.set('sock.__sk_common+sock_common.skc_family', AF_INET);
    this.struct.bytes('sock.__sk_common+sock_common.skc_rcv_saddr').set(source);
    this.struct.bytes('sock.__sk_common+sock_common.skc_daddr').set(destination);
  }

  setAddresses6(source: Uint8Array, destination: Uint8Array): void {
    this.struct.set('sock.__sk_common+sock_common.skc_family', AF_INET6);
    this.struct.bytes('sock.__sk_common+sock_common.skc_v6_rcv_saddr').set(source);
    this.struct.bytes('sock.__sk_common+sock_common.skc_v6_daddr').set(destination);
  }
}
