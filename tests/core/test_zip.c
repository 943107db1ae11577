/* Zip members: stored and deflated, the last of a name, and archives made to hurt. Archives are put together here byte
 * by byte, after PKWARE's APPNOTE 6.3, so that every field can lie. */
#include "tests/core/scratch.h"
#include "tests/core/test.h"

#include "core/base/buffer.h"
#include "core/data/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LIMIT = 4 << 20 };

struct member {
    const char *name, *data;
    size_t bytes;
    unsigned method, flags; /* method 8: deflated here; another: the bytes as they are */
    unsigned claimed_bytes; /* instead of the true size, where not 0 */
    unsigned claimed_crc;
};

static struct lt_arena arena;
static struct lt_problems problems;

static int set_up(void **state)
{
    (void)state;
    arena = LT_ARENA_INIT;
    problems = (struct lt_problems){.arena = &arena};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    lt_arena_free(&arena);
    return 0;
}

static void put16(struct lt_buffer *out, unsigned value)
{
    lt_buffer_add(out, (char[]){(char)value, (char)(value >> 8)}, 2);
}

static void put32(struct lt_buffer *out, unsigned long value)
{
    put16(out, value & 0xFFFF);
    put16(out, value >> 16 & 0xFFFF);
}

/* Raw deflate, as zip holds it. */
static void put_deflated(struct lt_buffer *out, const char *data, size_t bytes)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)bytes};
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    char *space = malloc(bytes + 1000);
    stream.next_out = (Bytef *)space;
    stream.avail_out = (uInt)(bytes + 1000);
    deflate(&stream, Z_FINISH);
    lt_buffer_add(out, space, stream.total_out);
    deflateEnd(&stream);
    free(space);
}

/* What the local header and the directory have in common, from "version needed" to "extra field length". */
static void put_common(struct lt_buffer *out, const struct member *member, size_t packed_bytes)
{
    unsigned long crc = crc32(0, (const Bytef *)member->data, (uInt)member->bytes);
    put16(out, 20);
    put16(out, member->flags);
    put16(out, member->method);
    put32(out, 0); /* time and date */
    put32(out, member->claimed_crc ? member->claimed_crc : crc);
    put32(out, packed_bytes);
    put32(out, member->claimed_bytes ? member->claimed_bytes : member->bytes);
    put16(out, (unsigned)strlen(member->name));
    put16(out, 0);
}

static void put_archive(struct lt_buffer *out, const struct member *member, size_t count)
{
    struct lt_buffer index = {0};
    const size_t start = out->length;
    for (size_t i = 0; i < count; i++) {
        struct lt_buffer packed = {0};
        const size_t offset = out->length - start;
        if (member[i].method == 8)
            put_deflated(&packed, member[i].data, member[i].bytes);
        else
            lt_buffer_add(&packed, member[i].data, member[i].bytes);
        lt_buffer_add(out, "PK\3\4", 4);
        put_common(out, &member[i], packed.length);
        lt_buffer_puts(out, member[i].name);
        lt_buffer_add(out, packed.text, packed.length);
        lt_buffer_add(&index, "PK\1\2", 4);
        put16(&index, 20);
        put_common(&index, &member[i], packed.length);
        put16(&index, 0); /* comment, disk, attributes */
        put32(&index, 0);
        put32(&index, 0);
        put32(&index, offset);
        lt_buffer_puts(&index, member[i].name);
        lt_buffer_free(&packed);
    }
    const size_t offset = out->length - start;
    lt_buffer_add(out, index.length ? index.text : "", index.length);
    lt_buffer_add(out, "PK\5\6", 4);
    put32(out, 0);
    put16(out, (unsigned)count);
    put16(out, (unsigned)count);
    put32(out, index.length);
    put32(out, offset);
    put16(out, 0);
    lt_buffer_free(&index);
}

static void put_file(const char *data, size_t bytes)
{
    scratch_write("archive", data, bytes);
}

static enum lt_status read_member(const char *name, const char **text)
{
    size_t bytes = 0;
    *text = NULL;
    lt_arena_clear(&arena);
    problems = (struct lt_problems){.arena = &arena};
    enum lt_status status = lt_zip_read(&arena, scratch_path("archive"), name, LIMIT, text, &bytes, &problems);
    if (status == LT_OK)
        assert_int_equal((*text)[bytes], '\0');
    assert_int_equal(problems.count, status != LT_OK && status != LT_NOT_FOUND);
    return status;
}

/* The status of reading "a" from an archive of these members. */
static enum lt_status read_from(const struct member *member, size_t count, const char **text)
{
    struct lt_buffer out = {0};
    put_archive(&out, member, count);
    put_file(out.text, out.length);
    lt_buffer_free(&out);
    return read_member("a", text);
}

static const struct member TWO[] = {{.name = "config.json", .data = "{}", .bytes = 2},
                                    {.name = "a", .data = "hello hello hello", .bytes = 17, .method = 8}};

static void stored_and_deflated_members_are_read(void **state)
{
    (void)state;
    const char *text;
    assert_int_equal(read_from(TWO, 2, &text), LT_OK);
    assert_string_equal(text, "hello hello hello");
    assert_int_equal(read_member("config.json", &text), LT_OK);
    assert_string_equal(text, "{}");
    const struct member empty = {.name = "a", .data = ""};
    assert_int_equal(read_from(&empty, 1, &text), LT_OK);
    assert_string_equal(text, "");
}

static void a_missing_member_is_no_problem(void **state)
{
    (void)state;
    const char *text;
    assert_int_equal(read_from(TWO, 1, &text), LT_NOT_FOUND);
    assert_int_equal(read_from(TWO, 2, &text), LT_OK);
    assert_int_equal(read_member("A", &text), LT_NOT_FOUND);
    assert_int_equal(read_member("config", &text), LT_NOT_FOUND);
    assert_int_equal(read_member("", &text), LT_NOT_FOUND);
}

static void the_last_of_a_name_counts(void **state)
{
    (void)state;
    const struct member three[] = {{.name = "a", .data = "first", .bytes = 5},
                                   {.name = "a", .data = "second", .bytes = 6, .method = 8},
                                   {.name = "b", .data = "third", .bytes = 5}};
    const char *text;
    assert_int_equal(read_from(three, 3, &text), LT_OK);
    assert_string_equal(text, "second");
}

static void something_may_stand_before_the_archive(void **state)
{
    (void)state;
    struct lt_buffer out = {0};
    const char *text;
    lt_buffer_puts(&out, "#!/usr/bin/env python3\n");
    put_archive(&out, TWO, 2);
    put_file(out.text, out.length);
    lt_buffer_free(&out);
    assert_int_equal(read_member("a", &text), LT_OK);
    assert_string_equal(text, "hello hello hello");
}

static void what_is_not_deflate_is_named(void **state)
{
    (void)state;
    const char *text;
    const struct member bzip2 = {.name = "a", .data = "BZh9", .bytes = 4, .method = 12};
    assert_int_equal(read_from(&bzip2, 1, &text), LT_UNSUPPORTED);
    assert_said(&problems, "other than deflate");
    const struct member locked = {.name = "a", .data = "0123456789ABCDEF", .bytes = 16, .flags = 1};
    assert_int_equal(read_from(&locked, 1, &text), LT_UNSUPPORTED);
    assert_said(&problems, "encrypted");
}

static void lies_are_found_out(void **state)
{
    (void)state;
    static const struct member LIE[] = {
        {.name = "a", .data = "hello hello hello", .bytes = 17, .method = 8, .claimed_crc = 1},
        {.name = "a", .data = "hello hello hello", .bytes = 17, .method = 8, .claimed_bytes = 5},
        {.name = "a", .data = "hello hello hello", .bytes = 17, .method = 8, .claimed_bytes = 18},
        {.name = "a", .data = "hello hello hello", .bytes = 17, .method = 8, .claimed_bytes = 1 << 20},
        {.name = "a", .data = "hello", .bytes = 5, .claimed_bytes = 4},
        {.name = "a", .data = "hello", .bytes = 5, .claimed_bytes = 500},
        {.name = "a", .data = "hello", .bytes = 5, .claimed_crc = 1},
        {.name = "a", .data = "hello", .bytes = 5, .flags = 8, .claimed_crc = 1},
    };
    for (size_t i = 0; i < COUNT(LIE); i++) {
        const char *text;
        if (read_from(&LIE[i], 1, &text) != LT_INVALID)
            fail_msg("lie %zu passed", i);
    }
}

static void bombs_do_not_go_off(void **state)
{
    (void)state;
    const size_t bytes = 64 << 20;
    char *zeros = calloc(bytes, 1);
    const char *text;
    const struct member large = {.name = "a", .data = zeros, .bytes = bytes, .method = 8};
    assert_int_equal(read_from(&large, 1, &text), LT_TOO_LARGE);
    const struct member dense = {.name = "a", .data = zeros, .bytes = 3 << 20, .method = 8};
    assert_int_equal(read_from(&dense, 1, &text), LT_TOO_LARGE);
    const struct member small = {.name = "a", .data = zeros, .bytes = 1 << 20, .method = 8};
    assert_int_equal(read_from(&small, 1, &text), LT_OK);
    /* The same bomb that says it holds 1 MiB: no more than that is ever unpacked. */
    const struct member liar = {.name = "a", .data = zeros, .bytes = bytes, .method = 8, .claimed_bytes = 1 << 20};
    assert_int_equal(read_from(&liar, 1, &text), LT_INVALID);
    assert_true(arena.used_bytes < (2 << 20));
    free(zeros);
}

static void cut_and_damaged_archives_do_no_harm(void **state)
{
    (void)state;
    struct lt_buffer out = {0};
    const char *text;
    put_archive(&out, TWO, 2);
    for (size_t bytes = 0; bytes < out.length; bytes++) {
        put_file(out.text, bytes);
        const enum lt_status status = read_member("a", &text);
        /* The last fields, of which only zeros are cut off, are not missed: all the data are there. */
        if (bytes >= out.length - 4 && status == LT_OK)
            assert_string_equal(text, "hello hello hello");
        else
            assert_int_equal(status, LT_INVALID);
    }
    for (size_t at = 0; at < out.length; at++)
        for (int flip = 1; flip < 256; flip *= 4) {
            out.text[at] = (char)(out.text[at] ^ flip);
            put_file(out.text, out.length);
            if (read_member("a", &text) == LT_OK)
                assert_string_equal(text, "hello hello hello");
            out.text[at] = (char)(out.text[at] ^ flip);
        }
    lt_buffer_free(&out);
}

static void what_is_no_archive_is_refused(void **state)
{
    (void)state;
    const char *text;
    size_t bytes;
    put_file("{\"a\": 1}", 8);
    assert_int_equal(read_member("a", &text), LT_INVALID);
    assert_int_equal(lt_zip_read(&arena, "/tmp", "a", LIMIT, &text, &bytes, &problems), LT_INVALID);
    assert_int_equal(lt_zip_read(&arena, "/dev/zero", "a", LIMIT, &text, &bytes, &problems), LT_INVALID);
    assert_int_equal(lt_zip_read(&arena, "/missing", "a", LIMIT, &text, &bytes, &problems), LT_IO);
}

static void every_request_may_fail(void **state)
{
    (void)state;
    const char *text;
    size_t bytes;
    assert_int_equal(read_from(TWO, 2, &text), LT_OK);
    struct lt_arena small = {.fail_in = 1};
    assert_int_equal(lt_zip_read(&small, scratch_path("archive"), "a", LIMIT, &text, &bytes, &problems), LT_NO_MEMORY);
    assert_true(lt_has_errors(&problems));
    lt_arena_free(&small);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(stored_and_deflated_members_are_read),
        TEST(a_missing_member_is_no_problem),
        TEST(the_last_of_a_name_counts),
        TEST(something_may_stand_before_the_archive),
        TEST(what_is_not_deflate_is_named),
        TEST(lies_are_found_out),
        TEST(bombs_do_not_go_off),
        TEST(cut_and_damaged_archives_do_no_harm),
        TEST(what_is_no_archive_is_refused),
        TEST(every_request_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
