/* The journal: a session is played again from it, as far as its first bad line. */
#include "tests/core/native_text.h"

#include "core/model/journal.h"

static bool keep(void *context, const char *text, size_t bytes)
{
    lt_buffer_add(context, text, bytes);
    return true;
}

static bool refuse(void *context, const char *text, size_t bytes)
{
    (void)context, (void)text, (void)bytes;
    return false;
}

static const struct lt_journal_head head = {"models/odd \\ name\n.keras", 760123, 1700000000};

static void test_head(void **state)
{
    (void)state;
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_buffer text = {0};
    struct lt_journal_head read;
    assert_int_equal(lt_journal_begin(&head, keep, &text), LT_OK);
    assert_int_equal(lt_journal_read_head(&arena, text.text, text.length, &read), LT_OK);
    assert_string_equal(read.file, head.file);
    assert_true(lt_journal_is_of(&read, &head));
    read.modified_seconds++;
    assert_false(lt_journal_is_of(&read, &head));
    assert_int_equal(lt_journal_read_head(&arena, text.text, text.length - 1, &read), LT_INVALID);
    assert_int_equal(lt_journal_read_head(&arena, "batch: 3\n", 9, &read), LT_INVALID);
    assert_int_equal(lt_journal_begin(&head, refuse, NULL), LT_IO);
    lt_buffer_free(&text);
    lt_arena_free(&arena);
}

/* A session with edits, undo and redo, lost and replayed: the same document, and the same way back. */
static void test_replay(void **state)
{
    (void)state;
    static const char *const session[] = {"set batch=64",
                                          "insert Dense after stem units=3",
                                          "-",
                                          "set layers.stem.units=4",
                                          "remove layers.shared",
                                          "-",
                                          "+",
                                          "set optimizer=adam"};
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    struct lt_history *history = lt_history_new();
    struct lt_buffer text = {0};
    lt_journal_begin(&head, keep, &text);
    for (size_t i = 0; i < COUNT(session); i++) {
        const char *line = session[i];
        enum lt_status status = *line == '-'   ? lt_undo(document, history, &line)
                                : *line == '+' ? lt_redo(document, history, &line)
                                               : lt_edit(document, history, line, &problems);
        assert_int_equal(status, LT_OK);
        assert_int_equal(lt_journal_add(line, keep, &text), LT_OK);
    }
    lt_buffer_puts(&text, "set batch=1"); /* cut off while it was written */

    struct lt_document *again = document_of(&arena, RICH_MODEL, &problems);
    struct lt_history *other = lt_history_new();
    uint32_t edits = 0;
    assert_int_equal(lt_journal_replay(again, other, "j", text.text, text.length, &edits, &problems), LT_OK);
    assert_int_equal(edits, 8);
    assert_true(same_document(document, again));
    while (lt_undo(document, history, NULL) == LT_OK) {
        assert_int_equal(lt_undo(again, other, NULL), LT_OK);
        assert_true(same_document(document, again));
    }
    assert_false(lt_can_undo(other));
    lt_history_free(history);
    lt_history_free(other);
    lt_document_free(document);
    lt_document_free(again);
    lt_buffer_free(&text);
    lt_arena_free(&arena);
}

static void test_replay_stops_at_a_bad_line(void **state)
{
    (void)state;
    static const char text[] = "layertop-journal 1 1 1 f\nset batch=7\nset bach=3\nset batch=9\n";
    struct lt_arena arena = LT_ARENA_INIT;
    struct lt_problems problems;
    struct lt_document *document = document_of(&arena, RICH_MODEL, &problems);
    struct lt_history *history = lt_history_new();
    uint32_t edits = 0;
    assert_int_not_equal(lt_journal_replay(document, history, "j", text, strlen(text), &edits, &problems), LT_OK);
    assert_int_equal(edits, 1);
    assert_int_equal(lt_setup_int(&document->setup, LT_SET_BATCH), 7);
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.item[0].place.file, "j");
    assert_int_equal(problems.item[0].place.line, 3);
    lt_history_free(history);
    lt_document_free(document);
    lt_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_head), cmocka_unit_test(test_replay),
                                       cmocka_unit_test(test_replay_stops_at_a_bad_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
