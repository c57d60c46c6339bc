import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { BtfLoadAttr, MapCreateAttr, ProgLoadAttr } from '../../src/syscall/index.ts';
import { bpf_cmd } from '../../src/uapi/index.ts';

/** What goes with a call beside its attributes: where in them the address of the bytes belongs. */
type Buffer_ = { readonly at: number } & ({ readonly bytes: Uint8Array } | { readonly text: number });

interface Answer {
  /** Result, or negative errno. */
  readonly result: number;
  readonly text: string;
}

const CLOSE = 0xffff_ffff;
const LOG_SIZE = 1 << 20;

/** The running kernel, by way of `bpf-server`. Calls are carried out in order; answers come when they come. */
export class LiveKernel {
  readonly #server: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: { outputs: number; done(answer: Answer): void }[] = [];
  #chunks: Buffer[] = [];
  #size = 0;

  /** @param path of the server */
  constructor(path: string) {
    this.#server = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#server.stdout.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      this.#take();
    });
  }

  end(): void {
    this.#server.stdin.end();
  }

  mapCreate(attr: MapCreateAttr): Promise<Answer> {
    const words = Buffer.alloc(72);
    const put = (at: number, value = 0) => words.writeUInt32LE(value >>> 0, at);
    put(0, attr.mapType);
    put(4, attr.keySize);
    put(8, attr.valueSize);
    put(12, attr.maxEntries);
    put(16, attr.mapFlags);
    put(20, attr.innerMapFd);
    words.write(attr.mapName ?? '', 28, 15, 'latin1');
    put(48, attr.btfFd);
    put(52, attr.btfKeyTypeId);
    put(56, attr.btfValueTypeId);
    put(60, attr.btfVmlinuxValueTypeId);
    words.writeBigUInt64LE(attr.mapExtra ?? 0n, 64);
    return this.#call(bpf_cmd.BPF_MAP_CREATE, words, []);
  }

  mapUpdate(fd: number, key: Uint8Array, value: Uint8Array): Promise<Answer> {
    const words = Buffer.alloc(32);
    words.writeUInt32LE(fd, 0);
    return this.#call(bpf_cmd.BPF_MAP_UPDATE_ELEM, words, [
      { at: 8, bytes: key },
      { at: 16, bytes: value },
    ]);
  }

  mapFreeze(fd: number): Promise<Answer> {
    const words = Buffer.alloc(8);
    words.writeUInt32LE(fd, 0);
    return this.#call(bpf_cmd.BPF_MAP_FREEZE, words, []);
  }

  btfLoad({ btf }: BtfLoadAttr): Promise<Answer> {
    const words = Buffer.alloc(32);
    words.writeUInt32LE(btf.length, 16);
    return this.#call(bpf_cmd.BPF_BTF_LOAD, words, [{ at: 0, bytes: btf }]);
  }

  /** The answer's text is the log of that level. */
  progLoad(attr: ProgLoadAttr, level: number): Promise<Answer> {
    const words = Buffer.alloc(152);
    const put = (at: number, value = 0) => words.writeUInt32LE(value >>> 0, at);
    const buffers: Buffer_[] = [
      { at: 8, bytes: attr.insns },
      { at: 16, bytes: Buffer.from(`${attr.license}\0`, 'latin1') },
    ];
    put(0, attr.progType);
    put(4, attr.insns.length / 8);
    if (level > 0) {
      put(24, level);
      put(28, LOG_SIZE);
      buffers.push({ at: 32, text: LOG_SIZE });
    }
    put(40, attr.kernVersion);
    put(44, attr.progFlags);
    words.write(attr.progName ?? '', 48, 15, 'latin1');
    put(68, attr.expectedAttachType);
    put(72, attr.progBtfFd);
    if (attr.funcInfo?.length && attr.funcInfoRecSize) {
      put(76, attr.funcInfoRecSize);
      put(88, attr.funcInfo.length / attr.funcInfoRecSize);
      buffers.push({ at: 80, bytes: attr.funcInfo });
    }
    if (attr.lineInfo?.length && attr.lineInfoRecSize) {
      put(92, attr.lineInfoRecSize);
      put(104, attr.lineInfo.length / attr.lineInfoRecSize);
      buffers.push({ at: 96, bytes: attr.lineInfo });
    }
    put(108, attr.attachBtfId);
    put(112, attr.attachProgFd ?? attr.attachBtfObjFd);
    if (attr.fdArray?.length) buffers.push({ at: 120, bytes: new Uint8Array(Int32Array.from(attr.fdArray).buffer) });
    return this.#call(bpf_cmd.BPF_PROG_LOAD, words, buffers);
  }

  close(fd: number): Promise<Answer> {
    const words = Buffer.alloc(8);
    words.writeUInt32LE(fd, 0);
    return this.#call(CLOSE, words, []);
  }

  #call(command: number, attr: Buffer, buffers: readonly Buffer_[]): Promise<Answer> {
    const parts: Uint8Array[] = [numbers(command, attr.length, buffers.length), attr];
    for (const buffer of buffers) {
      if ('bytes' in buffer) parts.push(numbers(buffer.at, buffer.bytes.length, 0), buffer.bytes);
      else parts.push(numbers(buffer.at, buffer.text, 2));
    }
    this.#server.stdin.write(Buffer.concat(parts));
    const outputs = buffers.filter((buffer) => 'text' in buffer).length;
    return new Promise((done) => this.#waiting.push({ outputs, done }));
  }

  #take(): void {
    let all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#size);
    for (let next = this.#waiting[0]; next && all.length >= 4; next = this.#waiting[0]) {
      let at = 4;
      let text = '';
      let whole = true;
      for (let i = 0; i < next.outputs && whole; i++) {
        const size = all.length >= at + 4 ? all.readUInt32LE(at) : Number.POSITIVE_INFINITY;
        whole = all.length >= at + 4 + size;
        if (whole) text = all.toString('latin1', at + 4, at + 4 + size);
        at += 4 + size;
      }
      if (!whole) break;
      this.#waiting.shift();
      next.done({ result: all.readInt32LE(0), text });
      all = all.subarray(at);
    }
    this.#chunks = all.length > 0 ? [all] : [];
    this.#size = all.length;
  }
}

function numbers(...list: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(list).buffer);
}
