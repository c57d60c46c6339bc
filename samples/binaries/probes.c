// SPDX-License-Identifier: MIT
// User programs to place probes on: a library and an executable without libc, never run. Their static probes (USDT) are
// written out as sys/sdt.h would, with every form of argument; so the notes say the same whatever the compiler does.
#define NOTE(provider, name, args, semaphore)                                                                          \
	asm volatile("990: nop\n"                                                                                      \
		     ".pushsection .note.stapsdt,\"\",\"note\"\n"                                                      \
		     ".balign 4\n"                                                                                     \
		     ".4byte 992f-991f, 994f-993f, 3\n"                                                                \
		     "991: .asciz \"stapsdt\"\n"                                                                       \
		     "992: .balign 4\n"                                                                                \
		     "993: " ADDRESS " 990b\n" ADDRESS " _.stapsdt.base\n" ADDRESS " " semaphore "\n"                  \
		     ".asciz \"" provider "\"\n.asciz \"" name "\"\n.asciz \"" args "\"\n"                             \
		     "994: .balign 4\n"                                                                                \
		     ".popsection\n")

#ifdef __LP64__
#define ADDRESS ".8byte"
#else
#define ADDRESS ".4byte"
#endif

// One byte by whose address prelink is noticed.
asm(".pushsection .stapsdt.base,\"a\",\"progbits\"\n"
    ".hidden _.stapsdt.base\n"
    "_.stapsdt.base: .space 1\n"
    ".popsection\n");

__attribute__((section(".probes"), visibility("hidden"), used)) volatile unsigned short probes_counted_semaphore;

// What samples look for in the C library: a function, and the probe of glibc's setjmp.
void *malloc(unsigned long size)
{
	return (void *)size;
}

int probed_setjmp(void *env, int value)
{
	NOTE("libc", "setjmp", "8@%rdi -4@%esi 8@%rax", "0");
	return value;
}

int arguments(int value)
{
	NOTE("probes", "registers", "8@%rdi 4@%esi -2@%dx 1@%cl -8@%r9 -4@%r10d 2@%r11w -1@%r12b", "0");
	NOTE("probes", "places", "8@$-9 -4@$71 8@16(%rsp) -4@-20(%rbp) 2@(%rax)", "0");
	NOTE("probes", "indexed", "1@-96(%rbp,%rax,8) 8@(%rdi,%rsi)", "0");
	NOTE("probes", "mixed", "2@(%rax) 1@-96(%rbp,%rax)", "0");
	NOTE("probes", "none", "", "0");
	return value;
}

// Three places of one probe, two of them with the same arguments, and who watches is counted.
int counted(int value)
{
	NOTE("probes", "counted", "-4@%edi", "probes_counted_semaphore");
	value += 1;
	NOTE("probes", "counted", "-4@%edi", "probes_counted_semaphore");
	value *= 3;
	NOTE("probes", "counted", "-4@%eax 8@%rbx", "probes_counted_semaphore");
	return value;
}

int malformed(int value)
{
	NOTE("probes", "unknown_register", "8@%xmm0", "0");
	NOTE("probes", "unknown_size", "16@%rax", "0");
	return value;
}

int work_one(int value)
{
	return value + 1;
}

int work_two(int value)
{
	return value + 2;
}

__attribute__((weak)) int replaceable(int value)
{
	return value - 1;
}

static __attribute__((noinline, used)) int hidden_away(int value)
{
	return value ^ 5;
}

#ifdef LIBRARY
// Two versions of one function: old binaries get the first.
asm(".symver work_one,work@PROBES_1\n"
    ".symver work_two,work@@PROBES_2\n");

#else
void _start(void)
{
	for (;;)
		counted(arguments(work_one(work_two(replaceable(hidden_away(probed_setjmp(0, 0)))))));
}
#endif
