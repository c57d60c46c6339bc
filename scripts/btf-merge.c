// The yardstick of `mergeBtf`, `dedupBtf` and distilled bases: the same with libbpf's own btf__add_btf, btf__dedup,
// btf__distill_base and btf__relocate. Writes the resulting blob, which bpftool dumps raw or as C, and says on stderr how
// many types it has and how long each step took.
//
//   cc -O2 -I$SUITE/root/include scripts/btf-merge.c $SUITE/lb/libbpf.a -lelf -lz -o btf-merge
//   btf-merge merge OUT [-B BASE] FILE...     all types of the files, deduplicated
//   btf-merge concat OUT [-B BASE] FILE...    the same before it is deduplicated
//   btf-merge distill OUT -B BASE FILE        FILE on its distilled base; the base goes to OUT.base
//   btf-merge relocate OUT -B BASE -D DISTILLED FILE   FILE, split on DISTILLED, moved to BASE
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(const char *what, const char *path, int err)
{
	fprintf(stderr, "%s %s: %s (%d)\n", what, path, strerror(err < 0 ? -err : err), err);
	exit(1);
}

/* Processor time, which others on the machine do not lengthen. */
static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static struct btf *parse(const char *path, struct btf *base)
{
	struct btf *btf = btf__parse_split(path, base);

	if (!btf)
		fail("parse", path, errno);
	return btf;
}

static void save(const struct btf *btf, const char *path)
{
	__u32 size;
	const void *data = btf__raw_data(btf, &size);
	FILE *file = fopen(path, "w");

	if (!data || !file || fwrite(data, 1, size, file) != size || fclose(file))
		fail("write", path, errno);
}

/* Moves one id of a split BTF to where its types now begin; ids of the base stay. */
static void shift_id(__u32 *id, __u32 first, __u32 shift)
{
	if (*id >= first)
		*id += shift;
}

/* libbpf 1.5 appends no split BTF as a whole, so its types are added one by one. */
static void add_split(struct btf *to, const struct btf *from, const struct btf *base)
{
	__u32 first = btf__type_cnt(base), count = btf__type_cnt(from);
	__u32 shift = btf__type_cnt(to) - first;

	for (__u32 id = first; id < count; id++) {
		int added = btf__add_type(to, from, btf__type_by_id(from, id));
		struct btf_type *t;

		if (added < 0)
			fail("add", "a type", added);
		t = (struct btf_type *)btf__type_by_id(to, added);
		switch (btf_kind(t)) {
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
			for (int i = 0; i < btf_vlen(t); i++)
				shift_id(&btf_members(t)[i].type, first, shift);
			break;
		case BTF_KIND_FUNC_PROTO:
			for (int i = 0; i < btf_vlen(t); i++)
				shift_id(&btf_params(t)[i].type, first, shift);
			shift_id(&t->type, first, shift);
			break;
		case BTF_KIND_DATASEC:
			for (int i = 0; i < btf_vlen(t); i++)
				shift_id(&btf_var_secinfos(t)[i].type, first, shift);
			break;
		case BTF_KIND_ARRAY:
			shift_id(&btf_array(t)->type, first, shift);
			shift_id(&btf_array(t)->index_type, first, shift);
			break;
		case BTF_KIND_INT:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FWD:
		case BTF_KIND_FLOAT:
			break;
		default:
			shift_id(&t->type, first, shift);
		}
	}
}

static void merge(const char *out, struct btf *base, char **files, int dedup)
{
	struct btf *merged = base ? btf__new_empty_split(base) : btf__new_empty();
	double adding = 0, start;
	int err;

	for (; *files; files++) {
		struct btf *btf = parse(*files, base);

		start = milliseconds();
		if (base)
			add_split(merged, btf, base);
		else if ((err = btf__add_btf(merged, btf)) < 0)
			fail("add", *files, err);
		adding += milliseconds() - start;
		btf__free(btf);
	}
	fprintf(stderr, "add %.1f ms\n", adding);
	if (dedup) {
		start = milliseconds();
		err = btf__dedup(merged, NULL);
		fprintf(stderr, "dedup %.1f ms\n", milliseconds() - start);
		if (err)
			fail("dedup", out, err);
	}
	fprintf(stderr, "types %u\n", btf__type_cnt(merged));
	save(merged, out);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 3 ? argv[1] : "", *out = argv[2], *base_path = NULL, *distilled_path = NULL;
	struct btf *base, *distilled, *split;
	char **files = argv + 3, path[4096];
	int err;

	while (files[0] && files[0][0] == '-' && files[1]) {
		if (files[0][1] == 'B')
			base_path = files[1];
		else
			distilled_path = files[1];
		files += 2;
	}
	base = base_path ? parse(base_path, NULL) : NULL;
	if (!strcmp(verb, "merge") || !strcmp(verb, "concat")) {
		merge(out, base, files, !strcmp(verb, "merge"));
	} else if (!strcmp(verb, "distill") && base) {
		double start;

		split = parse(files[0], base);
		start = milliseconds();
		err = btf__distill_base(split, &distilled, &split);
		fprintf(stderr, "distill %.1f ms\n", milliseconds() - start);
		if (err)
			fail("distill", files[0], err);
		fprintf(stderr, "types %u\n", btf__type_cnt(split));
		save(split, out);
		snprintf(path, sizeof(path), "%s.base", out);
		save(distilled, path);
	} else if (!strcmp(verb, "relocate") && base && distilled_path) {
		double start;

		split = parse(files[0], parse(distilled_path, NULL));
		start = milliseconds();
		err = btf__relocate(split, base);
		fprintf(stderr, "relocate %.1f ms\n", milliseconds() - start);
		if (err)
			fail("relocate", files[0], err);
		fprintf(stderr, "types %u\n", btf__type_cnt(split));
		save(split, out);
	} else {
		fprintf(stderr, "the head of this program's source says how it is used\n");
		return 1;
	}
	return 0;
}
