#include "tui/arguments.h"

#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

/* --- options ------------------------------------------------------------------------------------------------------ */

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_SET, OPTION_EDIT, OPTION_FORMAT, OPTION_SIZE };

static const struct option {
    const char *name, *argument; /* argument NULL: takes none */
    enum option_type type;
    size_t offset; /* of the value in struct arguments */
    const char *help;
} OPTIONS[] = {
    {"--text", NULL, OPTION_FLAG, offsetof(struct arguments, text), "print the report for people"},
    {"--json", NULL, OPTION_FLAG, offsetof(struct arguments, json), "print the report for programs"},
    {"--set", "FIELD=VALUE", OPTION_SET, 0, "set a field of the set-up or of a layer; may be repeated"},
    {"--edit", "COMMAND", OPTION_EDIT, 0, "change the model as the : prompt does; may be repeated"},
    {"--to", "FORMAT", OPTION_FORMAT, 0, "write the model itself: as json or keras for Keras 3, or as yaml"},
    {"--check", "EXPR", OPTION_TEXT, offsetof(struct arguments, check), "exit 1 unless all of EXPR holds"},
    {"-o", "FILE", OPTION_TEXT, offsetof(struct arguments, out_file), "write the report or the model to FILE"},
    {"--hwdb", "DIR", OPTION_TEXT, offsetof(struct arguments, hwdb_dir), "read further hardware files from DIR"},
    {"--layers", "FILE", OPTION_TEXT, offsetof(struct arguments, layers), "read descriptions of layers from FILE"},
    {"--ascii", NULL, OPTION_FLAG, offsetof(struct arguments, ascii), "draw with ASCII alone"},
    {"--no-color", NULL, OPTION_FLAG, offsetof(struct arguments, no_color), "draw without colour"},
    {"--no-mouse", NULL, OPTION_FLAG, offsetof(struct arguments, no_mouse), "leave the mouse to the terminal"},
    {"--keys", "FILE", OPTION_TEXT, offsetof(struct arguments, keys), "take the keys from FILE (-: standard input)"},
    {"--dump", "FILE", OPTION_TEXT, offsetof(struct arguments, dump), "with --keys: write the frames to FILE"},
    {"--size", "COLSxROWS", OPTION_SIZE, 0, "with --keys: the size of the screen"},
    {"--version", NULL, OPTION_FLAG, offsetof(struct arguments, version), "print the version"},
    {"--help", NULL, OPTION_FLAG, offsetof(struct arguments, help), "print this"},
};
enum { OPTION_COUNT = sizeof OPTIONS / sizeof *OPTIONS };

const char *arguments_option(int i)
{
    return i >= 0 && i < OPTION_COUNT ? OPTIONS[i].name : NULL;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

/* Words that stand where a model would; a file of such a name is opened as ./NAME. */
static const struct command {
    const char *word, *second; /* second NULL: one word */
    enum action action;
    const char *operand; /* NULL: takes none */
    const char *help;
} COMMANDS[] = {
    {"samples", NULL, ACTION_SAMPLES, NULL, "list the models inside the program"},
    {"lint", NULL, ACTION_LINT, "MODEL", "say all that is wrong with a model file"},
    {"hwdb", "list", ACTION_HWDB_LIST, NULL, "list accelerators and CPUs"},
    {"hwdb", "show", ACTION_HWDB_SHOW, "ID", "print one entry with its sources"},
    {"hwdb", "lint", ACTION_HWDB_LINT, NULL, "check the hardware database, your files included"},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

/* --- reading ------------------------------------------------------------------------------------------------------ */

struct reader {
    struct arguments *arguments;
    int argc, next;
    char **argv;
    struct lt_problems *problems;
    struct lt_arena scratch;
    bool good;
};

static void refuse(struct reader *r, const char *hint, const char *format, const char *text)
{
    const char *message = lt_format(&r->scratch, format, text ? lt_safe_text(&r->scratch, text) : "");
    lt_problem_add(r->problems, LT_ERROR, (struct lt_place){.file = "layertop"}, hint, "%s",
                   message ? message : lt_status_name(LT_NO_MEMORY));
    r->good = false;
}

static const char *nearest(struct reader *r, const char *name, const char *const *names, int count)
{
    int best = lt_nearest(name, names, count);
    return best < 0 ? "layertop --help lists what there is" : lt_format(&r->scratch, "did you mean %s?", names[best]);
}

/* COLSxROWS, each 1 to 1000. */
static bool read_size(struct arguments *a, const char *text)
{
    char *end = NULL;
    long cols = strtol(text, &end, 10), rows = *end == 'x' ? strtol(end + 1, &end, 10) : 0;
    if (*end || cols < 1 || cols > 1000 || rows < 1 || rows > 1000)
        return false;
    a->cols = (int)cols;
    a->rows = (int)rows;
    return true;
}

static void store(struct reader *r, const struct option *option, const char *value)
{
    struct arguments *a = r->arguments;
    char *at = (char *)a + option->offset;
    switch (option->type) {
    case OPTION_FLAG:
        *(bool *)at = true;
        break;
    case OPTION_TEXT:
        *(const char **)at = value;
        break;
    case OPTION_SET:
    case OPTION_EDIT:
        if (a->edit_count < ARGUMENTS_EDITS)
            a->edit[a->edit_count++] = (struct argument_edit){value, option->type == OPTION_SET};
        else
            refuse(r, "at most 64 of them", "too many %s", option->name);
        break;
    case OPTION_FORMAT:
        a->to = lt_writer_find(value);
        if (!a->to)
            refuse(r, "json, keras or yaml", "there is no format \"%s\" to write", value);
        break;
    case OPTION_SIZE:
        if (!read_size(a, value))
            refuse(r, "such as 80x24; each 1 to 1000", "\"%s\" is no size", value);
        break;
    }
}

static const struct option *find_option(const char *name, size_t length)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (strlen(OPTIONS[i].name) == length && strncmp(OPTIONS[i].name, name, length) == 0)
            return &OPTIONS[i];
    return NULL;
}

/* --name, --name value, --name=value, -o value, -oFILE. */
static void read_option(struct reader *r, const char *text)
{
    const bool is_long = text[1] == '-';
    const char *equals = is_long ? strchr(text, '=') : NULL;
    const size_t length = equals ? (size_t)(equals - text) : is_long ? strlen(text) : 2;
    const struct option *option = find_option(text, length);
    const char *value = equals ? equals + 1 : !is_long && text[2] ? text + 2 : NULL;
    if (!option) {
        const char *names[OPTION_COUNT];
        for (int i = 0; i < OPTION_COUNT; i++)
            names[i] = OPTIONS[i].name;
        refuse(r, nearest(r, text, names, OPTION_COUNT), "unknown option %s", text);
    } else if (!option->argument && value) {
        refuse(r, NULL, "%s takes no value", option->name);
    } else if (option->argument && !value && r->next >= r->argc) {
        refuse(r, lt_format(&r->scratch, "%s %s", option->name, option->argument), "%s needs a value", option->name);
    } else {
        store(r, option, !option->argument ? NULL : value ? value : r->argv[r->next++]);
    }
}

/* The command that the operands name, if any, and how many words it has. */
static const struct command *find_command(const char *const *word, int count)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (count && strcmp(word[0], COMMANDS[i].word) == 0 &&
            (!COMMANDS[i].second || (count > 1 && strcmp(word[1], COMMANDS[i].second) == 0)))
            return &COMMANDS[i];
    return NULL;
}

static void read_operands(struct reader *r, const char *const *word, int count)
{
    struct arguments *a = r->arguments;
    const struct command *command = find_command(word, count);
    if (!command && count && strcmp(word[0], "hwdb") == 0) {
        refuse(r, "list, show ID or lint", count > 1 ? "there is no `hwdb %s`" : "hwdb does what?",
               count > 1 ? word[1] : NULL);
        return;
    }
    int words = !command ? 0 : command->second ? 2 : 1, left = count - words;
    if (command) {
        a->action = command->action;
        if (command->operand && !left)
            refuse(r, command->operand, "%s needs an operand", command->second ? command->second : command->word);
    }
    const bool takes_one = !command || command->operand;
    if (left > (takes_one ? 1 : 0))
        refuse(r, NULL, "one operand too many: %s", word[words + (takes_one ? 1 : 0)]);
    else if (left == 1)
        a->operand = word[words];
}

static void check_together(struct reader *r)
{
    const struct arguments *a = r->arguments;
    if (a->text && a->json)
        refuse(r, "one of them", "--text and --json exclude each other", NULL);
    if (a->to && (a->text || a->json || a->check || a->keys))
        refuse(r, "leave --text, --json, --check and --keys out", "--to writes the model, not a report", NULL);
    if (a->to && a->action != ACTION_OPEN)
        refuse(r, "layertop MODEL --to FORMAT", "--to belongs to a model", NULL);
    if ((a->dump || a->rows) && !a->keys)
        refuse(r, "they belong to --keys FILE", "--dump and --size without --keys", NULL);
    if (a->keys && (a->text || a->json || a->check || a->out_file))
        refuse(r, "leave --text, --json, --check and -o out", "--keys works on the screen, not on a report", NULL);
}

bool arguments_read(struct arguments *arguments, int argc, char **argv, struct lt_problems *problems)
{
    enum { WORDS = 8 }; /* no command has more than three; one more is an error */
    *arguments = (struct arguments){0};
    struct reader r = {
        .arguments = arguments, .argc = argc, .next = 1, .argv = argv, .problems = problems, .good = true};
    const char *word[WORDS];
    int words = 0;
    bool options = true;
    while (r.next < argc) {
        const char *text = argv[r.next++];
        if (options && strcmp(text, "--") == 0)
            options = false;
        else if (options && text[0] == '-' && text[1])
            read_option(&r, text);
        else if (words < WORDS)
            word[words++] = text;
    }
    if (arguments->help || arguments->version)
        arguments->action = arguments->help ? ACTION_HELP : ACTION_VERSION;
    else
        read_operands(&r, word, words);
    check_together(&r);
    lt_arena_free(&r.scratch);
    return r.good;
}

/* --- help --------------------------------------------------------------------------------------------------------- */

static void line(struct lt_buffer *out, const char *a, const char *b, const char *c, const char *help)
{
    size_t start = out->length;
    lt_buffer_printf(out, "  %s%s%s%s%s", a, b ? " " : "", b ? b : "", c ? " " : "", c ? c : "");
    size_t used = out->length - start;
    lt_buffer_repeat(out, ' ', used < 24 ? 24 - used : 1);
    lt_buffer_printf(out, "%s\n", help);
}

void arguments_help(struct lt_buffer *out)
{
    lt_buffer_puts(out,
                   "Usage: layertop [MODEL] [OPTION]...\n"
                   "What a training step of a Keras model needs, layer by layer, in memory and in time.\n"
                   "MODEL is a .keras or .h5 file, the output of to_json(), a SavedModel or TensorFlow.js folder,\n"
                   "a model in YAML, or the name of a sample.\n"
                   "Without a terminal the report is printed.\n\nOptions:\n");
    for (int i = 0; i < OPTION_COUNT; i++)
        line(out, OPTIONS[i].name, OPTIONS[i].argument, NULL, OPTIONS[i].help);
    lt_buffer_puts(out, "\nCommands:\n");
    for (int i = 0; i < COMMAND_COUNT; i++)
        line(out, COMMANDS[i].word, COMMANDS[i].second ? COMMANDS[i].second : COMMANDS[i].operand,
             COMMANDS[i].second ? COMMANDS[i].operand : NULL, COMMANDS[i].help);
    lt_buffer_puts(out, "\nExit status: 0 done, 1 a check was not met, 2 wrong usage, 3 a bad file or bad data,\n"
                        "4 an internal error. The manual page says more: man layertop\n");
}
