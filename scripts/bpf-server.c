/*
 * Carries out bpf(2) for a client that sends requests on stdin and reads answers on stdout, so that one process asks the
 * running kernel thousands of things a second. Attaches nothing by itself: it does what it is told.
 *
 * build: cc -O2 bpf-server.c -o bpf-server
 * usage: bpf-server   (as root; ends with its input)
 *
 * Numbers are of 32 bits in the machine's byte order.
 *   request: command, bytes of the attributes, count of buffers, then the attributes, then of each buffer: where in the
 *            attributes its address belongs, its size, direction (0 in, 1 out, 2 text out) and, where it goes in, its bytes
 *   answer:  result (or negative errno), then of each buffer that goes out: its size and its bytes (text: up to its end)
 * Command -1 closes the fd that the attributes begin with.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_ATTR 256
#define MAX_BUFFERS 16

enum { IN, OUT, TEXT };

struct buffer {
	uint32_t at, size, direction;
	char *bytes;
};

static void get(void *into, size_t size)
{
	if (size && fread(into, 1, size, stdin) != size)
		exit(0);
}

static void put(const void *from, size_t size)
{
	if (size && fwrite(from, 1, size, stdout) != size)
		exit(1);
}

static void get_buffer(struct buffer *buffer, char *attr)
{
	uint64_t address;

	get(buffer, 3 * sizeof(uint32_t));
	buffer->bytes = malloc(buffer->size + 1);
	if (!buffer->bytes || buffer->at > MAX_ATTR - sizeof(address))
		exit(2);
	if (buffer->direction == IN)
		get(buffer->bytes, buffer->size);
	else if (buffer->direction == OUT)
		memset(buffer->bytes, 0, buffer->size);
	else
		buffer->bytes[0] = 0;
	address = (uint64_t)(uintptr_t)buffer->bytes;
	memcpy(attr + buffer->at, &address, sizeof(address));
}

static void put_buffer(const struct buffer *buffer)
{
	uint32_t size = buffer->size;

	if (buffer->direction != IN) {
		if (buffer->direction == TEXT)
			size = strnlen(buffer->bytes, size);
		put(&size, sizeof(size));
		put(buffer->bytes, size);
	}
	free(buffer->bytes);
}

int main(void)
{
	for (;;) {
		struct buffer buffers[MAX_BUFFERS];
		char attr[MAX_ATTR] = {};
		uint32_t head[3];
		int32_t result;

		if (fread(head, 1, sizeof(head), stdin) != sizeof(head))
			return 0;
		if (head[1] > MAX_ATTR || head[2] > MAX_BUFFERS)
			return 2;
		get(attr, head[1]);
		for (uint32_t i = 0; i < head[2]; i++)
			get_buffer(&buffers[i], attr);
		if (head[0] == UINT32_MAX)
			result = close(*(int32_t *)attr);
		else
			result = syscall(__NR_bpf, head[0], attr, head[1]);
		if (result < 0)
			result = -errno;
		put(&result, sizeof(result));
		for (uint32_t i = 0; i < head[2]; i++)
			put_buffer(&buffers[i]);
		fflush(stdout);
	}
}
