import { mapTypeNames } from '../catalog/index.ts';

const INDENT = '       ';
const WIDTH = 80;

/** Parts of a usage text, by what they define. */
const MAP = 'MAP := { id MAP_ID | pinned FILE | name MAP_NAME }';
const PROG = 'PROG := { id PROG_ID | pinned FILE | tag PROG_TAG | name PROG_NAME }';
const LINK = 'LINK := { id LINK_ID | pinned FILE }';
const OUTPUT = '{-j|--json} [{-p|--pretty}] | {-d|--debug}';
const MACHINE = '--machine PATH | --kernel VERSION | --arch ARCH | --cap CAPS';

interface Usage {
  /** Command lines, without the program's and the noun's name. */
  readonly lines: readonly string[];
  /** Definitions of the words in capitals. */
  readonly where: readonly string[];
  readonly options: readonly string[];
}

const USAGE: Readonly<Record<string, Usage>> = {
  prog: {
    lines: [
      '{ show | list } [PROG]',
      'dump xlated PROG [{ file FILE | [opcodes] [linum] [visual] }]',
      'dump jited  PROG [{ file FILE | [opcodes] [linum] }]',
      'pin   PROG FILE',
      '{ load | loadall } OBJ  PATH \\\n\
                         [type TYPE] [{ offload_dev | xdpmeta_dev } NAME] \\\n\
                         [map { idx IDX | name NAME } MAP]\\\n\
                         [pinmaps MAP_DIR]\n\
                         [autoattach] [kernel_btf BTF_FILE]',
      'load OBJ',
      'attach PROG ATTACH_TYPE [MAP]',
      'detach PROG ATTACH_TYPE [MAP]',
      'run PROG \\\n\
                         data_in FILE \\\n\
                         [data_out FILE [data_size_out L]] \\\n\
                         [ctx_in FILE [ctx_out FILE [ctx_size_out M]]] \\\n\
                         [repeat N]',
      'profile PROG [duration DURATION] METRICs',
      'tracelog',
      'help',
    ],
    where: [
      MAP,
      PROG,
      'TYPE := what stands in SEC(), e.g. socket, kprobe, tracepoint, xdp, cgroup/skb, fentry',
      'ATTACH_TYPE := { sk_msg_verdict | sk_skb_verdict | sk_skb_stream_verdict |\n\
                        sk_skb_stream_parser | flow_dissector }',
      'METRIC := { cycles | instructions | l1d_loads | llc_misses | itlb_misses | dtlb_misses }',
      'load OBJ without a PATH pins every program and map under /sys/fs/bpf/OBJ/',
    ],
    options: [
      OUTPUT,
      '{-f|--bpffs} | {-m|--mapcompat} | {-n|--nomount}',
      `{-L|--use-loader} | --btf FILE | --kconfig FILE | ${MACHINE}`,
      '--verify { full | structure }',
    ],
  },
  map: {
    lines: [
      '{ show | list }   [MAP]',
      'create     FILE type TYPE key KEY_SIZE value VALUE_SIZE \\\n\
                                  entries MAX_ENTRIES name NAME [flags FLAGS] \\\n\
                                  [inner_map MAP] [offload_dev NAME]',
      'dump       MAP',
      'update     MAP [key DATA] [value VALUE] [UPDATE_FLAGS]',
      'lookup     MAP [key DATA]',
      'getnext    MAP [key DATA]',
      'delete     MAP  key DATA',
      'pin        MAP  FILE',
      'event_pipe MAP [cpu N index M]',
      'peek       MAP',
      'push       MAP value VALUE',
      'pop        MAP',
      'enqueue    MAP value VALUE',
      'dequeue    MAP',
      'freeze     MAP',
      'help',
    ],
    where: [
      MAP,
      'DATA := { [hex] BYTES }',
      PROG,
      'VALUE := { DATA | MAP | PROG }',
      'UPDATE_FLAGS := { any | exist | noexist }',
      `TYPE := { ${wrapAlternatives(mapTypeNames.slice(1), 17)} }`,
    ],
    options: [OUTPUT, '{-f|--bpffs} | {-n|--nomount}', MACHINE],
  },
  link: {
    lines: ['{ show | list }   [LINK]', 'pin        LINK  FILE', 'detach     LINK', 'help'],
    where: [LINK],
    options: [OUTPUT, '{-f|--bpffs} | {-n|--nomount}', MACHINE],
  },
  cgroup: {
    lines: [
      '{ show | list } CGROUP [effective]',
      'tree [CGROUP_ROOT] [effective]',
      'attach CGROUP ATTACH_TYPE PROG [ATTACH_FLAGS]',
      'detach CGROUP ATTACH_TYPE PROG',
      'help',
    ],
    where: ['ATTACH_TYPE := e.g. cgroup_inet_ingress, cgroup_sock_ops', 'ATTACH_FLAGS := { multi | override }', PROG],
    options: [OUTPUT, '{-f|--bpffs}'],
  },
  perf: { lines: ['{ show | list }', 'help'], where: [], options: [OUTPUT] },
  net: {
    lines: [
      '{ show | list } [dev <devname>]',
      'attach ATTACH_TYPE PROG dev <devname> [ overwrite ]',
      'detach ATTACH_TYPE dev <devname>',
      'help',
    ],
    where: [
      PROG,
      'ATTACH_TYPE := { xdp | xdpgeneric | xdpdrv | xdpoffload | tcx_ingress\n                        | tcx_egress }',
    ],
    options: [OUTPUT],
  },
  feature: {
    lines: ['probe [COMPONENT] [full] [unprivileged] [macros [prefix PREFIX]]', 'list_builtins GROUP', 'help'],
    where: [
      'COMPONENT := { kernel | dev NAME }',
      'GROUP := { prog_types | map_types | attach_types | link_types | helpers }',
    ],
    options: [OUTPUT],
  },
  btf: {
    lines: [
      '{ show | list } [id BTF_ID]',
      'dump BTF_SRC [format FORMAT] [root_id ROOT_ID]...',
      'diff FILE FILE [{--used-by | used_by} OBJ [OBJ...]] [--exit-code]',
      'help',
    ],
    where: [
      'BTF_SRC := { id BTF_ID | prog PROG | map MAP [{key | value | kv | all}] |\n\
                    file FILE [file FILE]... }',
      'FORMAT  := { raw | c [unsorted] }',
      MAP,
      PROG,
    ],
    options: [OUTPUT, '{-B|--base-btf} | --bpftool { 7.5 | 7.8 }', MACHINE],
  },
  gen: {
    lines: [
      'object OUTPUT_FILE INPUT_FILE [INPUT_FILE...]',
      'skeleton FILE [name OBJECT_NAME] [lang {ts|c}]',
      'subskeleton FILE [name OBJECT_NAME] [lang {ts|c}]',
      'min_core_btf INPUT OUTPUT OBJECT [OBJECT...]',
      'vmlinux [btf FILE] {OBJECT | SOURCE} [{OBJECT | SOURCE}...]',
      'help',
    ],
    where: [],
    options: [OUTPUT, '{-L|--use-loader} | {-m|--mapcompat} | {-B|--base-btf} | --btf FILE', MACHINE],
  },
  struct_ops: {
    lines: [
      '{ show | list } [STRUCT_OPS_MAP]',
      'dump [STRUCT_OPS_MAP]',
      'register OBJ [LINK_DIR]',
      'unregister STRUCT_OPS_MAP',
      'help',
    ],
    where: ['STRUCT_OPS_MAP := [ id STRUCT_OPS_MAP_ID | name STRUCT_OPS_MAP_NAME ]'],
    options: [OUTPUT],
  },
  iter: { lines: ['pin OBJ PATH [map MAP]', 'help'], where: [MAP], options: [OUTPUT] },
  token: { lines: ['{ show | list }', 'help'], where: [], options: [OUTPUT] },
  machine: {
    lines: ['path', 'list', 'reset', 'sysctl [NAME[=VALUE]...]', 'help'],
    where: ['The machine is a file: --machine PATH, else EBPFTS_MACHINE, else one of the user.'],
    options: [OUTPUT, MACHINE],
  },
  object: {
    lines: ['show OBJ', 'help'],
    where: ['Shows programs, maps, globals, externs and relocations of an object; loads nothing.'],
    options: [OUTPUT, '--btf FILE | --kconfig FILE | --kernel VERSION | --arch ARCH'],
  },
  verify: {
    lines: ['FILE [FILE...]'],
    where: [
      'Verifies each program of each object alone, by the rules of Linux 6.18; no machine is touched.',
      'Returns 0 where all are accepted, 1 where some are refused, 2 where some could not be judged.',
    ],
    options: [
      OUTPUT,
      '{-o|--output} { table | csv | json | sarif }',
      '--baseline CSV | --max-insns N | --btf FILE | --kconfig FILE | --kernel VERSION',
    ],
  },
};

function wrapAlternatives(names: readonly string[], indent: number): string {
  const lines: string[] = [''];
  for (const [i, name] of names.entries()) {
    const word = i === names.length - 1 ? name : `${name} | `;
    if (indent + lines[lines.length - 1].length + word.length > WIDTH) lines.push('');
    lines[lines.length - 1] += word;
  }
  return lines.map((line) => line.trimEnd()).join(`\n${' '.repeat(indent)}`);
}

function optionLines(options: readonly string[]): string {
  return `${INDENT}OPTIONS := { ${options.join(` |\n${' '.repeat(20)}`)} }\n`;
}

function topUsage(): string {
  return [
    'Usage: ebpfts [OPTIONS] OBJECT { COMMAND | help }\n',
    '       ebpfts batch file FILE\n',
    '       ebpfts version\n',
    '       ebpfts verify FILE...\n',
    '\n',
    '       OBJECT := { prog | map | link | cgroup | perf | net | feature | btf | gen | struct_ops |\n',
    '                   iter | token | machine | object }\n',
    optionLines([
      OUTPUT,
      '{-h|--help} | {-V|--version}',
      '--btf FILE | --kconfig FILE | --bpftool { 7.5 | 7.8 }',
      MACHINE,
    ]),
    '\n',
    '       Words may be cut short. Every object has its own help: ebpfts OBJECT help\n',
  ].join('');
}

/** How a noun's commands are written; of the whole program where it has none. */
export function usageText(noun: string | undefined): string {
  const usage = noun === undefined ? undefined : USAGE[noun];
  if (usage === undefined) return topUsage();
  const lines = usage.lines.map((line, i) => `${i === 0 ? 'Usage: ' : INDENT}ebpfts ${noun} ${line}\n`);
  const where = usage.where.map((line) => `${INDENT}${line}\n`);
  return [...lines, '\n', ...where, optionLines(usage.options)].join('');
}
