/*
 * Prints the tests of the kernel's test_verifier as JSON, one a line: what each would ask of bpf(2) before its program is
 * loaded, the program, and what is expected of it. Nothing is loaded into the kernel.
 *
 * build: as suite.ts does, with the folder of the suite's selftests among the include paths; calls of libbpf
 * that create something are recorded instead (`-Wl,--wrap`), which yields file descriptors from FIRST_FD on.
 */
#define main suite_main
#include "test_verifier.c"
#undef main

#define FIRST_FD 1000

static FILE *out;
static int next_fd;
static int steps;

static void hex(const void *data, size_t size)
{
	const unsigned char *bytes = data;

	fputc('"', out);
	for (size_t i = 0; i < size; i++)
		fprintf(out, "%02x", bytes[i]);
	fputc('"', out);
}

static void text(const char *string)
{
	if (!string) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			fprintf(out, "\\%c", *string);
		else if ((unsigned char)*string < ' ')
			fprintf(out, "\\u%04x", *string);
		else
			fputc(*string, out);
	}
	fputc('"', out);
}

static int step(const char *kind)
{
	fprintf(out, "%s{\"kind\":\"%s\",\"fd\":%d", steps++ ? "," : "", kind, next_fd);
	return next_fd++;
}

int __wrap_bpf_map_create(enum bpf_map_type type, const char *name, __u32 key, __u32 value, __u32 entries,
			  const struct bpf_map_create_opts *opts)
{
	int fd = step("map");

	fprintf(out, ",\"mapType\":%u,\"keySize\":%u,\"valueSize\":%u,\"maxEntries\":%u,\"name\":", type, key, value,
		entries);
	text(name ? name : "");
	if (opts)
		fprintf(out, ",\"mapFlags\":%u,\"innerMapFd\":%u,\"btfFd\":%u,\"btfKeyTypeId\":%u,\"btfValueTypeId\":%u",
			opts->map_flags, opts->inner_map_fd, opts->btf_fd, opts->btf_key_type_id,
			opts->btf_value_type_id);
	fputc('}', out);
	return fd;
}

int __wrap_bpf_btf_load(const void *data, size_t size, struct bpf_btf_load_opts *opts)
{
	int fd = step("btf");

	fputs(",\"data\":", out);
	hex(data, size);
	fputc('}', out);
	return fd;
}

int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license, const struct bpf_insn *insns,
			 size_t count, struct bpf_prog_load_opts *opts)
{
	int fd = step("prog");

	fprintf(out, ",\"progType\":%u,\"insns\":", type);
	hex(insns, count * sizeof(*insns));
	fputc('}', out);
	return fd;
}

int __wrap_bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	/* All maps that the suite fills have keys of four bytes; prog arrays values of four, others a test_val. */
	int prog = *(const int *)value >= FIRST_FD && *(const int *)value < next_fd;

	fprintf(out, "%s{\"kind\":\"update\",\"fd\":%d,\"key\":", steps++ ? "," : "", fd);
	hex(key, 4);
	fputs(",\"value\":", out);
	hex(value, prog ? 4 : sizeof(struct test_val));
	fputc('}', out);
	return 0;
}

static void number(const char *name, long long value)
{
	fprintf(out, ",\"%s\":%lld", name, value);
}

static void pattern(const char *name, struct bpf_insn *insns, int most)
{
	fprintf(out, ",\"%s\":", name);
	hex(insns, null_terminated_insn_len(insns, most) * sizeof(*insns));
}

static void runs(struct bpf_test *test)
{
	fputs(",\"runs\":[", out);
	for (int i = 0; i < (test->runs ? test->runs : 1); i++) {
		fprintf(out, "%s{\"retval\":%u,\"retvalUnpriv\":%u,\"data\":", i ? "," : "", test->retvals[i].retval,
			test->retvals[i].retval_unpriv);
		hex(test->retvals[i].data, TEST_DATA_LEN);
		fputc('}', out);
	}
	fputc(']', out);
}

static void print_test(struct bpf_test *test, int number_of)
{
	int type = test->prog_type ? test->prog_type : BPF_PROG_TYPE_SOCKET_FILTER;
	int map_fds[MAX_NR_MAPS], fd_array[2] = { -1, -1 }, flags = 0;
	struct bpf_insn *insns = test->insns;

	next_fd = FIRST_FD;
	steps = 0;
	memset(map_fds, -1, sizeof(map_fds));
	fprintf(out, "{\"number\":%d,\"name\":", number_of);
	text(test->descr);
	fputs(",\"steps\":[", out);
	/* Suites before 6.4 have no array of file descriptors. */
#ifdef FIXES_FD_ARRAY
	do_test_fixup(test, type, insns, map_fds, &fd_array[1]);
#else
	do_test_fixup(test, type, insns, map_fds);
#endif
	int btf = test->btf_types[0] ? load_btf_for_test(test) : 0;
	fputc(']', out);
	if (test->fill_insns)
		insns = test->fill_insns;
	if (test->flags & F_LOAD_WITH_STRICT_ALIGNMENT)
		flags |= BPF_F_STRICT_ALIGNMENT;
	if (test->flags & F_NEEDS_EFFICIENT_UNALIGNED_ACCESS)
		flags |= BPF_F_ANY_ALIGNMENT;
	if (test->flags & ~3)
		flags |= test->flags;
	fputs(",\"insns\":", out);
	hex(insns, (test->fill_insns ? test->prog_len : probe_filter_length(insns)) * sizeof(*insns));
	number("progType", type);
	number("progFlags", flags);
	number("expectedAttachType", test->expected_attach_type);
	number("asUnprivileged", test_as_unpriv(test));
	number("result", test->result);
	number("resultUnpriv", test->result_unpriv);
	number("insnProcessed", test->insn_processed);
	number("btfFd", btf);
	fputs(",\"funcInfo\":", out);
	hex(test->func_info, test->func_info_cnt * sizeof(test->func_info[0]));
	number("funcInfoSize", sizeof(test->func_info[0]));
	fputs(",\"attachTo\":", out);
	text(test->kfunc);
	fputs(",\"kfuncs\":[", out);
	for (int i = 0; i < MAX_FIXUPS && test->fixup_kfunc_btf_id[i].kfunc; i++) {
		if (i)
			fputc(',', out);
		text(test->fixup_kfunc_btf_id[i].kfunc);
	}
	fputs("],\"errstr\":", out);
	text(test->errstr);
	fputs(",\"errstrUnpriv\":", out);
	text(test->errstr_unpriv);
	pattern("expectedInsns", test->expected_insns, MAX_EXPECTED_INSNS);
	pattern("unexpectedInsns", test->unexpected_insns, MAX_UNEXPECTED_INSNS);
	if (test->runs >= 0)
		runs(test);
	fputs("}\n", out);
	free(test->fill_insns);
}

int main(void)
{
	/* What the suite itself prints must not come between. */
	out = fdopen(dup(1), "w");
	freopen("/dev/null", "w", stdout);
	bpf_semi_rand_init();
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		print_test(&tests[i], i);
	return fclose(out);
}
