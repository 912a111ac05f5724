/* SPDX-License-Identifier: ISC */
/*
 * A frame is its length in 4 bytes, which counts what follows them, a byte
 * for the type, 8 for the id, and by type: numbers of a fixed size, then
 * texts that end in NUL, the last one at the end of the frame. Numbers have
 * their lowest byte first.
 */
#include "scan/frame.h"

#include <string.h>

#define LENGTH_SIZE 4
#define HEAD_SIZE (LENGTH_SIZE + 1 + 8)
#define NUMBERS_MAX 16
#define TEXTS_MAX 4

/* What comes behind the id. */
struct shape {
	size_t numbers; /* bytes */
	unsigned texts;
	size_t text_max; /* of each */
};

static const struct shape shapes[] = {
	[FRAME_READY] = { 0, 0, 0 },
	[FRAME_DOMAIN] = { 0, 1, FRAME_TEXT_MAX },
	[FRAME_RESULT] = { 3, 1, FRAME_MAX },
	[FRAME_BAD] = { 1, 1, FRAME_TEXT_MAX },
	[FRAME_ASK] = { 0, 4, FRAME_TEXT_MAX },
	[FRAME_GO] = { 0, 0, 0 },
	[FRAME_HAVE] = { 16, 0, 0 },
	[FRAME_TOOK] = { 0, 0, 0 },
	[FRAME_REDO] = { 0, 0, 0 },
	[FRAME_DROP] = { 0, 0, 0 },
	[FRAME_DONE] = { 13, 0, 0 },
	[FRAME_ALIVE] = { 0, 0, 0 },
};
#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static void
put_number(uint8_t *at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t
get_number(const char *at, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)(uint8_t)at[i] << (8 * i);
	return value;
}

/* The numbers of a frame as they are written or read, from at on. */
struct numbers {
	uint8_t *to; /* NULL: they are read */
	const char *from;
	bool bad; /* one was too large */
};

/* Writes the value and gives it back, or gives what it reads. */
static uint64_t
pass(struct numbers *numbers, size_t size, uint64_t value, uint64_t max)
{
	if (numbers->to != NULL) {
		put_number(numbers->to, size, value);
		numbers->to += size;
		return value;
	}
	value = get_number(numbers->from, size);
	numbers->from += size;
	numbers->bad = numbers->bad || value > max;
	return value;
}

static void
pass_numbers(struct numbers *numbers, struct frame *frame)
{
	switch (frame->type) {
	case FRAME_RESULT:
		frame->verdict = (enum danelaw_verdict)pass(
		    numbers, 1, frame->verdict, DANELAW_VERDICT_NO_DANE);
		frame->state = (enum danelaw_state)pass(
		    numbers, 1, frame->state, DANELAW_STATE_UNKNOWN);
		frame->lacking = pass(numbers, 1, frame->lacking, 1) != 0;
		break;
	case FRAME_BAD:
		frame->lost = pass(numbers, 1, frame->lost, 1) != 0;
		break;
	case FRAME_HAVE:
	case FRAME_DONE:
		frame->offset = pass(
		    numbers, 8, frame->offset, INT64_MAX - FRAME_STORED_MAX);
		frame->len =
		    (uint32_t)pass(numbers, 4, frame->len, FRAME_STORED_MAX);
		if (frame->type == FRAME_HAVE)
			frame->store = (uint32_t)pass(
			    numbers, 4, frame->store, UINT32_MAX);
		else
			frame->unreached =
			    pass(numbers, 1, frame->unreached, 1) != 0;
		break;
	case FRAME_READY:
	case FRAME_DOMAIN:
	case FRAME_ASK:
	case FRAME_GO:
	case FRAME_TOOK:
	case FRAME_REDO:
	case FRAME_DROP:
	case FRAME_ALIVE:
		break;
	}
}

bool
frame_write(struct buf *out, const struct frame *frame)
{
	const char *texts[TEXTS_MAX] = { frame->text, frame->endpoint,
		frame->ip, frame->host };
	const struct shape *shape = &shapes[frame->type];
	size_t lens[TEXTS_MAX] = { frame->text_len }, before = out->len;
	uint8_t head[HEAD_SIZE + NUMBERS_MAX];
	struct numbers numbers = { .to = head + HEAD_SIZE };
	struct frame copy = *frame;
	size_t len = HEAD_SIZE + shape->numbers;

	for (unsigned i = 0; i < shape->texts; i++) {
		if (i > 0)
			lens[i] = strlen(texts[i]);
		if (lens[i] > shape->text_max ||
		    memchr(texts[i], '\0', lens[i]) != NULL)
			return false;
		len += lens[i] + 1;
	}
	if (len > FRAME_MAX)
		return false;
	put_number(head, LENGTH_SIZE, len - LENGTH_SIZE);
	head[LENGTH_SIZE] = (uint8_t)frame->type;
	put_number(head + LENGTH_SIZE + 1, 8, frame->id);
	pass_numbers(&numbers, &copy);
	if (!buf_add(out, head, HEAD_SIZE + shape->numbers))
		return false;
	for (unsigned i = 0; i < shape->texts; i++) {
		if (!buf_add(out, texts[i], lens[i]) || !buf_add(out, "", 1)) {
			out->len = before;
			return false;
		}
	}
	return true;
}

/* The NUL-terminated texts fill [at, end) and no more. */
static bool
read_texts(const struct shape *shape, const char *at, const char *end,
    struct frame *frame)
{
	const char **texts[TEXTS_MAX] = { &frame->text, &frame->endpoint,
		&frame->ip, &frame->host };

	for (unsigned i = 0; i < shape->texts; i++) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));

		if (nul == NULL || (size_t)(nul - at) > shape->text_max)
			return false;
		if (i == 0)
			frame->text_len = (size_t)(nul - at);
		*texts[i] = at;
		at = nul + 1;
	}
	return at == end;
}

enum frame_status
frame_read(const char *bytes, size_t len, struct frame *frame, size_t *used)
{
	struct numbers numbers = { .to = NULL };
	const struct shape *shape;
	struct frame found = { 0 };
	size_t size, type;

	*used = 0;
	if (len < LENGTH_SIZE)
		return FRAME_MORE;
	size = LENGTH_SIZE + (size_t)get_number(bytes, LENGTH_SIZE);
	if (size < HEAD_SIZE || size > FRAME_MAX)
		return FRAME_WRONG;
	if (len < size) {
		*used = size;
		return FRAME_MORE;
	}
	type = (uint8_t)bytes[LENGTH_SIZE];
	if (type == 0 || type >= N_SHAPES)
		return FRAME_WRONG;
	shape = &shapes[type];
	found.type = (enum frame_type)type;
	found.id = get_number(bytes + LENGTH_SIZE + 1, 8);
	if (size < HEAD_SIZE + shape->numbers)
		return FRAME_WRONG;
	numbers.from = bytes + HEAD_SIZE;
	pass_numbers(&numbers, &found);
	if (numbers.bad ||
	    !read_texts(shape, bytes + HEAD_SIZE + shape->numbers, bytes + size,
		&found))
		return FRAME_WRONG;
	*frame = found;
	*used = size;
	return FRAME_OK;
}
