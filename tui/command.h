/* The one table of commands: what a key, the `:` prompt and a script can ask for; help and completion follow it. */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include "tui/state.h"

enum command_group { GROUP_MOVE, GROUP_LOOK, GROUP_WHAT_IF, GROUP_EDIT, GROUP_FILE, GROUP_COUNT };
extern const char *const command_group_names[GROUP_COUNT];

/* What Tab completes behind the command's word. */
enum completion { COMPLETE_NOTHING, COMPLETE_SETTING, COMPLETE_LAYER, COMPLETE_CLASS, COMPLETE_FILE };

struct command {
    const char *name, *alias; /* alias: a short form for the prompt, or NULL */
    const char *args;         /* as help shows them; "": none */
    const char *help;         /* one sentence without a period */
    enum command_group group;
    enum completion completion;
    void (*run)(struct app *app, const char *args);
};

extern const struct command commands[];
extern const int command_count;

const struct command *command_find(const char *word, size_t length);

/* One line: a command with its arguments. Unknown ones are answered with the nearest name. */
void command_run(struct app *app, const char *line);

/* The functions of the table, by file. */
/* act_move.c */
void act_up(struct app *app, const char *args);
void act_down(struct app *app, const char *args);
void act_page_up(struct app *app, const char *args);
void act_page_down(struct app *app, const char *args);
void act_home(struct app *app, const char *args);
void act_end(struct app *app, const char *args);
void act_left(struct app *app, const char *args);
void act_right(struct app *app, const char *args);
void act_pane(struct app *app, const char *args);
void act_zoom(struct app *app, const char *args);
void act_back(struct app *app, const char *args);
/* act_look.c */
void act_open(struct app *app, const char *args);
void act_fold(struct app *app, const char *args);
void act_detail(struct app *app, const char *args);
void act_timeline(struct app *app, const char *args);
void act_sort(struct app *app, const char *args);
void act_reverse(struct app *app, const char *args);
void act_search(struct app *app, const char *args);
void act_find(struct app *app, const char *args);
void act_help(struct app *app, const char *args);
void act_problems(struct app *app, const char *args);
void act_about(struct app *app, const char *args);
void act_mouse(struct app *app, const char *args);
void act_redraw(struct app *app, const char *args);
/* act_edit.c */
void act_enter(struct app *app, const char *args);
void act_step(struct app *app, const char *args);
void act_cycle(struct app *app, const char *args);
void act_batch(struct app *app, const char *args);
void act_precision(struct app *app, const char *args);
void act_mode(struct app *app, const char *args);
void act_pick(struct app *app, const char *args);
void act_undo(struct app *app, const char *args);
void act_redo(struct app *app, const char *args);
void act_set(struct app *app, const char *args);
void act_remove(struct app *app, const char *args);
void act_insert(struct app *app, const char *args);
void act_rewire(struct app *app, const char *args);
void act_replace(struct app *app, const char *args);
/* act_file.c */
void act_prompt(struct app *app, const char *args);
void act_write(struct app *app, const char *args);
void act_write_over(struct app *app, const char *args);
void act_export(struct app *app, const char *args);
void act_write_quit(struct app *app, const char *args);
void act_edit_file(struct app *app, const char *args);
void act_edit_file_anyway(struct app *app, const char *args);
void act_recover(struct app *app, const char *args);
void act_quit(struct app *app, const char *args);
void act_quit_anyway(struct app *app, const char *args);
void act_suspend(struct app *app, const char *args);

#endif
