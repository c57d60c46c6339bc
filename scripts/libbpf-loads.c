/*
 * What libbpf hands to bpf(2) for each program of BPF objects, each loaded alone; no program reaches the kernel.
 * Built and run by scripts/record-relocations.sh.
 *
 * usage: libbpf-loads [-l] [-k VERSION] [-d FILE] [-m NAME=FILE]... BTF OBJECT...     (BTF: the file that CO-RE relocates against)
 * -l prints what libbpf says, below the row of its program, each line after a tab.
 * -d FILE leaves the last BTF that libbpf handed over in FILE.
 * -m NAME=FILE makes it believe that a module of that BTF is loaded; a BTF of - is the kernel's, and its modules'.
 * -k 5.4 makes libbpf believe that the kernel lacks what came after that version, as far as it asks the kernel.
 * Prints one line a program, comma-separated:
 *   object,program,loads|refused[,type,attach_type,flags,license,insns,func_info,line_info,btf,maps]
 * Digests are the first 16 hex digits of SHA-256; in the instructions the fds of maps are 0; func_info and line_info
 * stand as count:digest, BTF as size:digest, maps as name|type|key|value|entries|flags|extra; between them.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct bpf_object *recorded; /* the object that is being loaded */
static struct bpf_program *wanted;
static char prog_record[4096], btf_record[64], map_record[1 << 16], last_map[256];
static size_t map_length;

static char said[1 << 22];
static size_t said_length;
static int listening;

static int listen_to(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[4096], *next = line, *end;

	if (!listening || !recorded)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	for (; *next && said_length + strlen(next) + 3 < sizeof(said); next = end + 1) {
		end = strchrnul(next, '\n');
		said_length += sprintf(said + said_length, "\t%.*s\n", (int)(end - next), next);
		if (!*end)
			break;
	}
	return 0;
}

static void digest(const void *data, size_t size, char *hex)
{
	unsigned char md[32];

	SHA256(data, size, md);
	for (int i = 0; i < 8; i++)
		sprintf(hex + 2 * i, "%02x", md[i]);
}

/* BPF_TRACE_UPROBE_MULTI, which older headers do not have */
#define UPROBE_MULTI 48

static unsigned int kernel = ~0u;

static int lacks(int major, int minor)
{
	return kernel < major * 1000u + minor;
}

/* Whether a kernel of that version would refuse such BTF */
static int refuses_btf(const void *blob)
{
	const struct btf_header *h = blob;
	const char *types = (char *)blob + h->hdr_len + h->type_off, *end = types + h->type_len;
	const char *strings = (char *)blob + h->hdr_len + h->str_off;

	if (lacks(4, 18))
		return 1;
	while (types < end) {
		const struct btf_type *t = (void *)types;
		unsigned int vlen = BTF_INFO_VLEN(t->info), size = 0;

		switch (BTF_INFO_KIND(t->info)) {
		case BTF_KIND_INT: size = 4; break;
		case BTF_KIND_ARRAY: size = 12; break;
		case BTF_KIND_ENUM:
			size = 8 * vlen;
			if (BTF_INFO_KFLAG(t->info) && lacks(6, 0))
				return 1;
			break;
		case BTF_KIND_STRUCT: case BTF_KIND_UNION: size = 12 * vlen; break;
		case BTF_KIND_FUNC_PROTO:
			size = 8 * vlen;
			if (lacks(5, 0))
				return 1;
			break;
		case BTF_KIND_FUNC:
			if (lacks(5, 0) || (vlen && lacks(5, 6)))
				return 1;
			break;
		case BTF_KIND_VAR:
			size = 4;
			if (lacks(5, 2))
				return 1;
			break;
		case BTF_KIND_DATASEC:
			size = 12 * vlen;
			if (lacks(5, 2) || (strings[t->name_off] == '?' && lacks(6, 9)))
				return 1;
			break;
		case BTF_KIND_FLOAT:
			if (lacks(5, 13))
				return 1;
			break;
		case BTF_KIND_DECL_TAG:
			size = 4;
			if (lacks(5, 16))
				return 1;
			break;
		case BTF_KIND_TYPE_TAG:
			if (lacks(5, 17))
				return 1;
			break;
		case BTF_KIND_ENUM64:
			size = 12 * vlen;
			if (lacks(6, 0))
				return 1;
			break;
		}
		types += sizeof(*t) + size;
	}
	return 0;
}

/* Whether it would refuse one of libbpf's probes; its own programs are never refused */
static int refuses_probe(const union bpf_attr *attr)
{
	const struct bpf_insn *insn = (void *)attr->insns;

	if (attr->prog_name[0] && lacks(4, 15))
		return 1;
	if (attr->prog_type == BPF_PROG_TYPE_CGROUP_SOCK && attr->expected_attach_type && lacks(4, 17))
		return 1;
	if (attr->expected_attach_type == UPROBE_MULTI && lacks(6, 6))
		return 1;
	if (attr->func_info_cnt && lacks(6, 8))
		return 1;
	for (unsigned int i = 0; i < attr->insn_cnt; i++) {
		if (insn[i].code == (BPF_LD | BPF_IMM | BPF_DW) && insn[i].src_reg == BPF_PSEUDO_MAP_VALUE && lacks(5, 2))
			return 1;
		if (insn[i].code != (BPF_JMP | BPF_CALL) || insn[i].src_reg)
			continue;
		if ((insn[i].imm == BPF_FUNC_probe_read_kernel && lacks(5, 5)) ||
		    (insn[i].imm == BPF_FUNC_get_attach_cookie && lacks(5, 15)))
			return 1;
	}
	return 0;
}

static void record_program(const union bpf_attr *attr)
{
	size_t size = attr->insn_cnt * sizeof(struct bpf_insn);
	struct bpf_insn *insns = malloc(size);
	char code[17], funcs[17] = "-", lines[17] = "-";

	memcpy(insns, (void *)attr->insns, size);
	for (size_t i = 0; i + 1 < attr->insn_cnt; i++) {
		if (insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (insns[i].src_reg == BPF_PSEUDO_MAP_FD || insns[i].src_reg == BPF_PSEUDO_MAP_VALUE)
			insns[i].imm = 0;
		i++;
	}
	digest(insns, size, code);
	free(insns);
	if (attr->func_info_cnt)
		digest((void *)attr->func_info, (size_t)attr->func_info_cnt * attr->func_info_rec_size, funcs);
	if (attr->line_info_cnt)
		digest((void *)attr->line_info, (size_t)attr->line_info_cnt * attr->line_info_rec_size, lines);
	if (listening)
		for (unsigned int i = 0; i < attr->func_info_cnt; i++)
			said_length += sprintf(said + said_length, "\tfunc_info %u\n",
				((__u32 *)(attr->func_info + i * attr->func_info_rec_size))[1]);
	if (listening)
		for (unsigned int i = 0; i < attr->insn_cnt; i++) {
			const struct bpf_insn *insn = (struct bpf_insn *)attr->insns + i;

			said_length += sprintf(said + said_length, "\tinsn %u: %02x %x %x %d %d\n", i, insn->code, insn->dst_reg,
					       insn->src_reg, insn->off, insn->imm);
		}
	sprintf(prog_record, "%u,%u,%u,%s,%s,%u:%s,%u:%s", attr->prog_type, attr->expected_attach_type, attr->prog_flags,
		(char *)attr->license, code, attr->func_info_cnt, funcs, attr->line_info_cnt, lines);
}

static void record_map(const union bpf_attr *attr)
{
	char row[256];

	/* struct_ops maps have the size of the kernel's struct; libbpf's own are probes of what the kernel can do */
	if (attr->map_type == BPF_MAP_TYPE_STRUCT_OPS || !strncmp(attr->map_name, "libbpf_", 7))
		return;
	/* without a size libbpf gives them one element a CPU */
	sprintf(row, "%s|%u|%u|%u|%u|%x|%llx", attr->map_name, attr->map_type, attr->key_size, attr->value_size,
		attr->map_type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ? 0 : attr->max_entries, attr->map_flags,
		(unsigned long long)attr->map_extra);
	/* it tries again without BTF where the kernel takes none for that type */
	if (!strcmp(row, last_map) || map_length + sizeof(row) > sizeof(map_record))
		return;
	strcpy(last_map, row);
	map_length += sprintf(map_record + map_length, "%s%s", map_length ? ";" : "", row);
}

static long null_fd(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static long system_call(long nr, const long *a)
{
	register long a4 __asm__("r10") = a[3], a5 __asm__("r8") = a[4], a6 __asm__("r9") = a[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(a4), "r"(a5), "r"(a6)
			 : "rcx", "r11", "memory");
	if (result < 0 && result > -4096) {
		errno = -result;
		return -1;
	}
	return result;
}

/* Not one of libbpf's probes of what the kernel can do */
static int is_own_program(const union bpf_attr *attr)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, recorded)
		if ((__u64)(long)bpf_program__insns(program) == attr->insns)
			return 1;
	return 0;
}

static const char *dump;

static void dump_btf(const void *blob, size_t size)
{
	FILE *file = fopen(dump, "w");

	fwrite(blob, 1, size, file);
	fclose(file);
}

/* Modules that are said to be there, with ids from FIRST_MODULE on */
#define FIRST_MODULE 1000000
#define MAX_MODULES 8
static struct {
	const char *name, *file;
	int fd;
} modules[MAX_MODULES];
static int module_count;

static int fill_info(int number, struct bpf_btf_info *info)
{
	FILE *file = fopen(modules[number].file, "r");
	char data[1 << 16];
	size_t size = fread(data, 1, sizeof(data), file);

	fclose(file);
	if (info->btf)
		memcpy((void *)info->btf, data, info->btf_size < size ? info->btf_size : size);
	if (info->name)
		snprintf((char *)info->name, info->name_len, "%s", modules[number].name);
	info->btf_size = size;
	info->name_len = strlen(modules[number].name);
	info->id = FIRST_MODULE + number;
	info->kernel_btf = 1;
	return 0;
}

/* The commands that go through the loaded BTF objects; 0 where the kernel is to be asked */
static int ask_modules(const long *args, long *result)
{
	union bpf_attr *attr = (void *)args[1];

	*result = 0;
	if (!module_count)
		return 0;
	if (args[0] == BPF_BTF_GET_NEXT_ID) {
		unsigned int next = attr->start_id < FIRST_MODULE ? FIRST_MODULE : attr->start_id + 1;

		attr->next_id = next;
		if (next >= FIRST_MODULE + module_count) {
			errno = ENOENT;
			*result = -1;
		}
		return 1;
	}
	if (args[0] == BPF_BTF_GET_FD_BY_ID && attr->btf_id >= FIRST_MODULE) {
		*result = modules[attr->btf_id - FIRST_MODULE].fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return 1;
	}
	if (args[0] == BPF_OBJ_GET_INFO_BY_FD)
		for (int i = 0; i < module_count; i++)
			if (modules[i].fd == (int)attr->info.bpf_fd) {
				*result = fill_info(i, (void *)attr->info.info);
				return 1;
			}
	return 0;
}

/* Maps that the kernel refuses are taken as made, so that libbpf comes to the program that is asked for */
static long record_call(const long *args)
{
	const union bpf_attr *attr = (void *)args[1];
	long result;

	if (args[0] == BPF_PROG_LOAD && is_own_program(attr)) {
		if ((__u64)(long)bpf_program__insns(wanted) == attr->insns)
			record_program(attr);
		return null_fd();
	}
	if (ask_modules(args, &result))
		return result;
	if ((args[0] == BPF_PROG_LOAD && refuses_probe(attr)) || (args[0] == BPF_BTF_LOAD && refuses_btf((void *)attr->btf)) ||
	    (args[0] == BPF_MAP_CREATE && (attr->map_flags & BPF_F_MMAPABLE) && lacks(5, 5)) ||
	    (args[0] == BPF_PROG_BIND_MAP && lacks(5, 10)) || (args[0] == BPF_LINK_CREATE && lacks(5, 15))) {
		errno = EINVAL;
		return -1;
	}
	result = system_call(__NR_bpf, args);
	switch (args[0]) {
	case BPF_BTF_LOAD:
		if (dump)
			dump_btf((void *)attr->btf, attr->btf_size);
		digest((void *)attr->btf, attr->btf_size, btf_record + sprintf(btf_record, "%u:", attr->btf_size));
		return result;
	case BPF_MAP_CREATE:
		record_map(attr);
		return result < 0 && strncmp(attr->map_name, "libbpf_", 7) ? null_fd() : result;
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_FREEZE:
		return 0;
	}
	return result;
}

/* libbpf calls bpf(2) through this function, which stands before the C library's */
long syscall(long nr, ...)
{
	long args[6];
	va_list list;

	va_start(list, nr);
	for (int i = 0; i < 6; i++)
		args[i] = va_arg(list, long);
	va_end(list);
	return nr == __NR_bpf && recorded ? record_call(args) : system_call(nr, args);
}

static void load_alone(const char *btf, const char *path, const char *name, const char *program)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = strcmp(btf, "-") ? btf : NULL);
	struct bpf_object *object = bpf_object__open_file(path, &opts);
	struct bpf_program *each;
	struct bpf_map *map;

	if (!object)
		return;
	bpf_object__for_each_program(each, object)
		bpf_program__set_autoload(each, !strcmp(bpf_program__name(each), program));
	bpf_object__for_each_map(map, object)
		bpf_map__set_pin_path(map, NULL);
	wanted = bpf_object__find_program_by_name(object, program);
	said_length = 0;
	prog_record[0] = btf_record[0] = map_record[0] = last_map[0] = 0;
	map_length = 0;
	recorded = object;
	bpf_object__load(object);
	recorded = NULL;
	if (prog_record[0])
		printf("%s,%s,loads,%s,%s,%s\n", name, program, prog_record, btf_record, map_record);
	else
		printf("%s,%s,refused\n", name, program);
	fwrite(said, 1, said_length, stdout);
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	for (int option; (option = getopt(argc, argv, "lk:d:m:")) != -1;) {
		char *minor;

		if (option == 'l')
			listening = 1;
		else if (option == 'd')
			dump = optarg;
		else if (option == 'm' && module_count < MAX_MODULES) {
			modules[module_count].name = strsep(&optarg, "=");
			modules[module_count++].file = optarg;
		} else if (option == 'k') {
			kernel = strtoul(optarg, &minor, 10) * 1000;
			kernel += strtoul(minor + 1, NULL, 10);
		}
	}
	argv += optind - 1;
	argc -= optind - 1;
	libbpf_set_print(listen_to);
	for (int i = 2; i < argc; i++) {
		const char *slash = strrchr(argv[i], '/'), *name = slash ? slash + 1 : argv[i];
		struct bpf_object *object = bpf_object__open_file(argv[i], NULL);
		struct bpf_program *program;

		if (!object) {
			printf("%s,-,refused\n", name);
			continue;
		}
		bpf_object__for_each_program(program, object)
			load_alone(argv[1], argv[i], name, bpf_program__name(program));
		bpf_object__close(object);
	}
	return 0;
}
