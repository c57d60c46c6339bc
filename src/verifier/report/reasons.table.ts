/** Why programs are refused, by the verifier's last words; the first row that fits is meant. */
export interface Reason {
  /** Stable name, for tools. */
  readonly code: string;
  /** Named groups: `reg` the register, `off`, `size`, `limit` numbers of the access. */
  readonly pattern: RegExp;
  /** In other words. */
  readonly why: string;
  /** What to write. */
  readonly hint?: string;
}

const R = String.raw`R(?<reg>\d+)`;
const BOUND_HINT =
  'mask the index (`i &= SIZE - 1`), or compare it with the size before the access: `if (i >= SIZE) return 0;`';

const row = (code: string, pattern: string, why: string, hint?: string): Reason => ({
  code,
  pattern: new RegExp(`^${pattern}`),
  why,
  hint,
});

const REASONS: readonly Reason[] = [
  row('NOT_JUDGED', 'not supported yet: ', 'this cannot be judged yet'),
  row(
    'MAYBE_NULL_ACCESS',
    `${R} invalid mem access '[a-z_]*or_null[a-z_]*'`,
    'the pointer may be NULL',
    'check it before: `if (!ptr) return 0;`',
  ),
  row(
    'MAYBE_NULL_ARITHMETIC',
    `${R} pointer arithmetic on [a-z_]*or_null[a-z_]* prohibited`,
    'the pointer may be NULL, and something is added to it',
    'check it before: `if (!ptr) return 0;`',
  ),
  row(
    'MAYBE_NULL_ARGUMENT',
    '(Possibly NULL pointer passed to|NULL pointer passed to)',
    'the function wants a pointer that is not NULL',
    'check it before the call: `if (!ptr) return 0;`',
  ),
  row(
    'PACKET_BOUNDS',
    '(invalid access to packet, off=(?<off>-?\\d+) size=(?<size>\\d+), R(?<reg>\\d+)\\(|R\\d+ offset is outside of the packet)',
    'the packet may end before these bytes',
    'compare with the end before the access: `if (data + SIZE > data_end) return 0;`',
  ),
  row(
    'UNTRUSTED_POINTER_ACCESS',
    `${R} invalid mem access 'scalar'`,
    'the value is a number for the verifier, not a pointer',
    'read it with bpf_probe_read_kernel() or BPF_CORE_READ(), or keep the pointer in a register that is not overwritten',
  ),
  row(
    'INVALID_MEMORY_ACCESS',
    `${R} invalid mem access '`,
    'nothing may be read or written through this kind of pointer',
  ),
  row(
    'MAP_VALUE_BOUNDS',
    'invalid access to map value, value_size=(?<limit>\\d+) off=(?<off>-?\\d+) size=(?<size>\\d+)',
    'the access leaves the value of the map',
    BOUND_HINT,
  ),
  row(
    'MEMORY_BOUNDS',
    'invalid access to memory, mem_size=(?<limit>\\d+) off=(?<off>-?\\d+) size=(?<size>\\d+)',
    'the access leaves the memory that the pointer leads to',
    BOUND_HINT,
  ),
  row('MAP_KEY_BOUNDS', 'invalid access to key of map', 'the access leaves the key of the map', BOUND_HINT),
  row(
    'NEGATIVE_OFFSET',
    `${R} min value is negative`,
    'the value may be negative',
    'make it unsigned, or mask it: `x &= MASK`, or refuse it: `if (x < 0) return 0;`',
  ),
  row('UNBOUNDED_ACCESS', `${R} unbounded memory access`, 'the value has no upper bound', BOUND_HINT),
  row(
    'OFFSET_RANGE',
    `${R} (min|max) value is outside of the allowed memory range`,
    'the offset may lie outside of the memory',
    BOUND_HINT,
  ),
  row(
    'UNBOUNDED_ARITHMETIC',
    'math between \\w+ pointer and (register with unbounded|\\d|-)',
    'the pointer may be moved too far',
    BOUND_HINT,
  ),
  row('POINTER_OUT_OF_BOUNDS', 'value -?\\d+ makes \\w+ pointer be out of bounds', 'the pointer is moved too far'),
  row('VARIABLE_OFFSET', 'variable .* access var_off=', 'the offset has to be a constant here'),
  row(
    'UNINITIALISED_REGISTER',
    `${R} !read_ok`,
    'the register was never written',
    'give the variable a value on every path',
  ),
  row(
    'UNINITIALISED_STACK',
    '(invalid read from stack|invalid indirect read from stack|invalid indirect access to stack)',
    'bytes of the stack were never written, or lie outside of it',
    'clear the variable first: `struct key k = {};` (padding counts too)',
  ),
  row(
    'STACK_BOUNDS',
    '(invalid write to stack|invalid unbounded variable-offset|invalid variable-offset|invalid stack)',
    'the access leaves the stack',
  ),
  row(
    'STACK_TOO_DEEP',
    'combined stack size of',
    'the functions called need more than 512 bytes of stack together',
    'move large variables to a map of one element (BPF_MAP_TYPE_PERCPU_ARRAY)',
  ),
  row('STACK_TOO_LARGE', '(stack size .* exceeds|the call stack of)', 'the chain of calls is too deep'),
  row('MISALIGNED', 'misaligned ', 'the address is not a multiple of the size'),
  row(
    'CONTEXT_ACCESS',
    'invalid bpf_context access off=(?<off>-?\\d+) size=(?<size>\\d+)',
    'programs of this type may not access these bytes of their context',
    'look up which fields of the context the program type may read and write, and with which width',
  ),
  row(
    'CONTEXT_MODIFIED',
    '(dereference of modified ctx ptr|negative offset ctx ptr)',
    'the context is reached with a constant offset only',
    'read the field by its name, and keep the context pointer as it is',
  ),
  row(
    'KERNEL_STRUCT_ACCESS',
    '(access beyond (the end of member|struct)|cannot access ptr member)',
    'these bytes are not a field that may be read',
    'where the field is missing in some kernels, ask with bpf_core_field_exists()',
  ),
  row(
    'READ_ONLY',
    '(only read is supported|write into map forbidden|.* cannot write into|frame pointer is read only)',
    'this may only be read',
  ),
  row('WRITE_ONLY', 'read from map forbidden', 'this may only be written (BPF_F_WRONLY_PROG)'),
  row(
    'SPECIAL_FIELD_ACCESS',
    '(bpf_\\w+ cannot be accessed directly|direct access to bpf_)',
    'the field belongs to the kernel: only its functions may touch it',
  ),
  row(
    'RESOURCE_LEAK',
    '(.*would lead to reference leak|Unreleased reference)',
    'something that was acquired is not given back on this path',
    'release it on every path: bpf_ringbuf_discard(), bpf_sk_release(), ...',
  ),
  row(
    'LOCK_HELD',
    '(.*while holding a lock|.*inside bpf_spin_lock-ed region|bpf_spin_(un)?lock|bpf_res_spin)',
    'the rules of locks are broken here',
  ),
  row(
    'SECTION_HELD',
    '.*inside bpf_(rcu_read_lock|preempt_disable|local_irq_save)-ed region',
    'the section has to be left first',
  ),
  row(
    'LOCK_NEEDED',
    'bpf_spin_lock at off=',
    'the list or tree may only be changed while its lock is held',
    'take the lock before: bpf_spin_lock()',
  ),
  row(
    'RETURN_VALUE',
    'At (program|subprogram|callback|async callback|exception callback)? ?\\w* the register R0',
    'the program may return what its type does not allow',
  ),
  row(
    'HELPER_UNKNOWN',
    '(invalid func unknown#|unknown func )',
    'this kernel has no such helper',
    'ask first with bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_...)',
  ),
  row(
    'HELPER_FORBIDDEN',
    '(program of this type cannot use helper|cannot call|helper call is not allowed|calling kernel function \\w+ is not allowed)',
    'programs of this type may not call this function',
  ),
  row(
    'LICENCE',
    '(cannot call GPL-restricted function|cannot use kernel function|.*from non-GPL)',
    'the function is for programs under the GPL',
    'char LICENSE[] SEC("license") = "GPL";',
  ),
  row(
    'ARGUMENT_TYPE',
    '(R(?<reg>\\d+) type=|arg#?\\d+ |.*expected pointer to|R\\d+ must be|.*as arg #)',
    'the function wants another kind of argument',
  ),
  row(
    'ZERO_SIZE',
    `${R} invalid zero-sized read`,
    'the size may be 0',
    'refuse 0 before the call: `if (!size) return 0;`',
  ),
  row('DIVISION_BY_ZERO', 'div by zero', 'a constant division by zero'),
  row(
    'POINTER_ARITHMETIC',
    '(R\\d+ (tried to|pointer|bitwise|32-bit)|.*pointer arithmetic)',
    'this arithmetic is not allowed on pointers',
  ),
  row('POINTER_LEAK', '(.*leaks addr|R\\d+ leaks)', 'an address of the kernel would become visible'),
  row('UNREACHABLE', 'unreachable insn', 'an instruction is never reached'),
  row('JUMP_RANGE', 'jump out of range', 'a jump leads out of the program or the function'),
  row(
    'INFINITE_LOOP',
    'infinite loop detected',
    'the loop may never end',
    'bound it by a constant, or use bpf_for() or bpf_loop()',
  ),
  row(
    'TOO_COMPLEX',
    '(BPF program is too large|The sequence of \\d+ jumps is too complex)',
    'there are more paths than the verifier walks',
    'bound loops tighter, use bpf_for() or bpf_loop(), or move parts to global functions, which are verified once',
  ),
  row(
    'MAP_FORBIDDEN',
    '(cannot pass map_type|map_ptr|.*progs cannot use bpf_|same insn cannot be used)',
    'the map does not go together with this program or function',
  ),
  row(
    'CALLEE',
    'Caller passes invalid args into func',
    'the arguments do not fit what the global function was verified for',
  ),
  row(
    'SYMBOL',
    'ldimm64 failed to find the address',
    'the kernel has no such variable',
    'declare it __weak and compare its address with NULL',
  ),
];

/** Where no row fits. */
const OTHER: Reason = { code: 'OTHER', pattern: /^/, why: 'the kernel refuses this' };

/** All codes, for those who list them. */
export const REASON_CODES: readonly Omit<Reason, 'pattern'>[] = [...REASONS, OTHER];

/** The row for the verifier's last words: for all of them, else for their last line. */
export function reasonOf(text: string): Reason {
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return (
    REASONS.find(({ pattern }) => pattern.test(text)) ?? REASONS.find(({ pattern }) => pattern.test(last)) ?? OTHER
  );
}
