/* Commands on files, and the ways out. */
#include "tui/command.h"

#include <stdio.h>
#include <string.h>

void act_prompt(struct app *app, const char *args)
{
    app_leave(app);
    app->mode = MODE_COMMAND;
    app->completion = -1;
    line_edit_start(&app->edit, args, &app->commands);
}

/* Asks for a name where the document cannot be saved under its own. */
static bool ask_name(struct app *app, const char *word)
{
    char name[LINE_EDIT_BYTES / 2], line[LINE_EDIT_BYTES];
    if (!session_other_name(&app->session, name, sizeof name))
        return false;
    snprintf(line, sizeof line, "%s %s", word, name);
    act_prompt(app, line);
    return true;
}

static bool write_to(struct app *app, const char *name, bool force)
{
    const char *path = name[0] ? name : app->session.file;
    if (session_save(&app->session, path, force)) {
        app_say_refused(app);
        return false;
    }
    app_say(app, ROLE_GOOD, "Saved as %s", app->session.file);
    return true;
}

void act_write(struct app *app, const char *args)
{
    if (args[0] || !ask_name(app, "write"))
        write_to(app, args, false);
}

void act_write_over(struct app *app, const char *args)
{
    if (args[0] || !ask_name(app, "write!"))
        write_to(app, args, true);
}

void act_write_quit(struct app *app, const char *args)
{
    if (!args[0] && ask_name(app, "write-quit"))
        return;
    if (write_to(app, args, false))
        app->quit = true;
}

/* FORMAT NAME */
void act_export(struct app *app, const char *args)
{
    char word[16];
    size_t length = strcspn(args, " ");
    snprintf(word, sizeof word, "%.*s", (int)length, args);
    const struct lt_writer *format = lt_writer_find(word);
    const char *path = args + length + strspn(args + length, " ");
    if (!format || !path[0])
        app_say(app, ROLE_ERROR, "export json, keras or yaml, and a file's name");
    else if (session_export(&app->session, format, path))
        app_say_refused(app);
    else if (app->session.refused.count)
        app_say(app, ROLE_WARN, "Written, but: %s", app->session.refused.item[0].message);
    else
        app_say(app, ROLE_GOOD, "Written to %s", path);
}

void act_edit_file_anyway(struct app *app, const char *args)
{
    if (!args[0]) {
        app_leave(app);
        if (picker_open_files(&app->picker))
            app->mode = MODE_PICKER;
        else
            app_say(app, ROLE_TEXT, "There is no model in this folder; edit NAME opens one elsewhere");
        return;
    }
    struct lt_document *document = session_read(&app->session, args);
    if (!document)
        app_say_refused(app);
    else
        app_take(app, document);
}

void act_edit_file(struct app *app, const char *args)
{
    static const struct answer answers[] = {
        {'s', "save first", "write", true}, {'o', "forget them", NULL, false}, {K_ESC, "stay", "back", false}, {0}};
    if (!args[0] || session_is_saved(&app->session)) {
        act_edit_file_anyway(app, args);
        return;
    }
    snprintf(app->pending, sizeof app->pending, "edit! %s", args);
    app_ask(app, answers, "There are changes that are not saved.");
}

void act_recover(struct app *app, const char *args)
{
    uint32_t edits = 0;
    if (!app->session.journal.found) {
        app_say(app, ROLE_TEXT, "There is nothing to recover");
    } else if (!strcmp(args, "no")) {
        journal_discard(&app->session.journal);
        app_say(app, ROLE_TEXT, "Forgotten");
    } else if (session_replay(&app->session, &edits)) {
        app_say_refused(app);
    } else {
        app_say(app, ROLE_GOOD, "%u edit%s recovered; u takes back one at a time", edits, edits == 1 ? "" : "s");
    }
}

void act_quit(struct app *app, const char *args)
{
    static const struct answer answers[] = {{'s', "save", "write-quit", false},
                                            {'q', "quit and forget", "quit!", false},
                                            {K_ESC, "stay", "back", false},
                                            {0}};
    (void)args;
    if (session_is_saved(&app->session))
        app->quit = true;
    else
        app_ask(app, answers, "There are changes that are not saved.");
}

void act_quit_anyway(struct app *app, const char *args)
{
    (void)args;
    app->quit = true;
}

void act_suspend(struct app *app, const char *args)
{
    (void)args;
    app->suspend = true;
}
