/*
 * Prints what the running kernel's verifier says of each program of an object, which is loaded alone, as
 * `=== OBJECT PROGRAM ERRNO` and then the log. Attaches and pins nothing.
 *
 * build: cc -O2 verifier-logs.c -lbpf -lelf -lz -o verifier-logs
 * usage: verifier-logs LEVEL OBJECT [PROGRAM]   (8 in LEVEL: the beginning of a log that is too long, not its end)
 */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

static char text[4 << 20];

static int quiet(enum libbpf_print_level level, const char *format, va_list list)
{
	return 0;
}

static int load_alone(const char *path, const char *name, int level)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	struct bpf_map *map;

	if (!object)
		return -1;
	bpf_object__for_each_program(program, object) {
		int mine = !strcmp(bpf_program__name(program), name);

		bpf_program__set_autoload(program, mine);
		if (mine) {
			bpf_program__set_log_buf(program, text, sizeof(text));
			bpf_program__set_log_level(program, level);
		}
	}
	bpf_object__for_each_map(map, object) {
		bpf_map__set_autoattach(map, false);
		bpf_map__set_pin_path(map, NULL);
	}
	text[0] = 0;
	int error = bpf_object__load(object);
	bpf_object__close(object);
	return error;
}

int main(int argc, char **argv)
{
	struct bpf_object *list;
	struct bpf_program *program;

	if (argc < 3)
		return 2;
	libbpf_set_print(quiet);
	list = bpf_object__open_file(argv[2], NULL);
	if (!list)
		return 1;
	bpf_object__for_each_program(program, list) {
		const char *name = bpf_program__name(program);

		if (argc > 3 && strcmp(argv[3], name))
			continue;
		int error = load_alone(argv[2], name, atoi(argv[1]));
		char *copy = strdup(argv[2]);

		printf("=== %s %s %d\n%s", basename(copy), name, error, text);
		free(copy);
	}
	return 0;
}
