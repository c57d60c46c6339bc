/*
 * What libbpf makes of settings: each value given to each extern of test/fixtures/objects/kconfig_types.bpf.o alone.
 * gcc -I INCLUDE scripts/libbpf-kconfig.c libbpf.a -lelf -lz && ./a.out OBJECT >test/data/kconfig-values.txt
 * Prints a line each: the setting, a tab, then the extern's bytes in hex, or libbpf's first words on it. Needs root.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char said[512];

static int listen_to(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !said[0]) {
		vsnprintf(said, sizeof(said), format, args);
		said[strcspn(said, "\n")] = 0;
	}
	return 0;
}

static void try(const char *path, const struct btf_var_secinfo *place, const char *name, const char *value)
{
	char line[256], bytes[256];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kconfig = line);
	struct bpf_object *object;
	struct bpf_map *map;
	int zero = 0;

	snprintf(line, sizeof(line), "%s=%s\n", name, value);
	object = bpf_object__open_file(path, &opts);
	bpf_program__set_autoload(bpf_object__next_program(object, NULL), 0);
	said[0] = 0;
	printf("%s=%s\t", name, value);
	if (bpf_object__load(object)) {
		printf("%s\n", said + strlen("libbpf: "));
	} else {
		bpf_object__for_each_map(map, object)
			if (strstr(bpf_map__name(map), ".kconfig"))
				bpf_map_lookup_elem(bpf_map__fd(map), &zero, bytes);
		for (unsigned int i = 0; i < place->size; i++)
			printf("%02x", (unsigned char)bytes[place->offset + i]);
		printf("\n");
	}
	bpf_object__close(object);
}

int main(int argc, char **argv)
{
	static const char *values[] = {
		"y", "n", "m", "yes", "0", "1", "-1", "2", "127", "128", "-128", "-129", "255", "256", "32767", "32768", "65535",
		"65536", "-32769", "2147483647", "2147483648", "4294967295", "4294967296", "-2147483649", "9223372036854775807",
		"18446744073709551615", "18446744073709551616", "-9223372036854775808", "0x1f", "0X1F", "010", "08", "+5", "5 ",
		"5x", "0x", "\"\"", "\"abc\"", "\"seven77\"", "\"eight888\"", "\"open", "\"", "\"a\"b\"", "'5'", "",
	};
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	struct btf *btf = bpf_object__btf(object);
	const struct btf_type *section;

	libbpf_set_print(listen_to);
	section = btf__type_by_id(btf, btf__find_by_name_kind(btf, ".kconfig", BTF_KIND_DATASEC));
	for (int i = 0; i < btf_vlen(section); i++) {
		const struct btf_var_secinfo *place = btf_var_secinfos(section) + i;
		const char *name = btf__name_by_offset(btf, btf__type_by_id(btf, place->type)->name_off);

		for (unsigned int j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			try(argv[1], place, name, values[j]);
	}
	return 0;
}
