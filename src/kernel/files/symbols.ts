import { BTF_KIND, type Btf } from '../../btf/index.ts';
import type { KernelSymbol, KernelSymbols } from '../core/symbols.ts';

/** Where the text of an x86_64 kernel begins without randomisation, and its data. */
const TEXT = 0xffff_ffff_8100_0000n;
const DATA = 0xffff_ffff_8260_0000n;
/** Bytes from one function, or variable, to the next: the addresses are made up, the names are the profile's. */
const FUNCTION_STRIDE = 0x100;
const VARIABLE_STRIDE = 0x40;

/** Where the kernel's code begins and ends. */
const CODE = ['_text', '_stext', '_etext'];

/** Variables that programs name as typeless ksyms and that a kernel's BTF does not carry. */
const WELL_KNOWN = [
  'bpf_link_fops',
  'bpf_map_fops',
  'bpf_prog_fops',
  'init_task',
  'init_net',
  'init_pid_ns',
  'jiffies',
  'linux_banner',
  'saved_command_line',
  '__per_cpu_start',
  '__per_cpu_end',
  '__per_cpu_offset',
  ...CODE,
  '_sdata',
  '_edata',
];

/** The symbols that the kernel's BTF names. */
export class BtfSymbols implements KernelSymbols {
  readonly #functions: string[] = [];
  readonly #variables: string[] = [];
  readonly #byName = new Map<string, bigint>();

  /** @param hasVariables CONFIG_KALLSYMS_ALL: without it only code has addresses */
  constructor(btf: Btf | undefined, hasVariables: boolean) {
    for (let id = 1; id < (btf?.typeCount ?? 0); id++) {
      const kind = btf!.kindOf(id);
      if (kind === BTF_KIND.FUNC) this.#add(this.#functions, btf!.nameOf(id), TEXT, FUNCTION_STRIDE);
      else if (kind === BTF_KIND.VAR && hasVariables)
        this.#add(this.#variables, btf!.nameOf(id), DATA, VARIABLE_STRIDE);
    }
    for (const name of hasVariables ? WELL_KNOWN : CODE) this.#add(this.#variables, name, DATA, VARIABLE_STRIDE);
  }

  address(name: string): bigint | undefined {
    return this.#byName.get(name);
  }

  symbolAt(address: bigint): KernelSymbol | undefined {
    return (
      at(address, { names: this.#functions, base: TEXT, stride: FUNCTION_STRIDE, type: 'T' }) ??
      at(address, { names: this.#variables, base: DATA, stride: VARIABLE_STRIDE, type: 'D' })
    );
  }

  *all(): Iterable<KernelSymbol> {
    for (const [i, name] of this.#functions.entries())
      yield { name, address: TEXT + BigInt(i * FUNCTION_STRIDE), type: 'T' };
    for (const [i, name] of this.#variables.entries())
      yield { name, address: DATA + BigInt(i * VARIABLE_STRIDE), type: 'D' };
  }

  #add(names: string[], name: string, base: bigint, stride: number): void {
    if (this.#byName.has(name)) return;
    this.#byName.set(name, base + BigInt(names.length * stride));
    names.push(name);
  }
}

interface Block {
  readonly names: readonly string[];
  readonly base: bigint;
  readonly stride: number;
  readonly type: string;
}

function at(address: bigint, { names, base, stride, type }: Block): KernelSymbol | undefined {
  if (address < base) return undefined;
  const index = Number((address - base) / BigInt(stride));
  const name = names[index];
  return name === undefined ? undefined : { name, address: base + BigInt(index * stride), type };
}
