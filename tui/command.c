#include "tui/command.h"

#include <string.h>

#include "core/base/text.h"

const char *const command_group_names[GROUP_COUNT] = {"Moving", "Looking", "What if", "Editing", "Files"};

const struct command commands[] = {
    {"up", NULL, "", "One row up", GROUP_MOVE, COMPLETE_NOTHING, act_up},
    {"down", NULL, "", "One row down", GROUP_MOVE, COMPLETE_NOTHING, act_down},
    {"page-up", NULL, "", "One page up", GROUP_MOVE, COMPLETE_NOTHING, act_page_up},
    {"page-down", NULL, "", "One page down", GROUP_MOVE, COMPLETE_NOTHING, act_page_down},
    {"home", NULL, "", "To the first row", GROUP_MOVE, COMPLETE_NOTHING, act_home},
    {"end", NULL, "", "To the last row", GROUP_MOVE, COMPLETE_NOTHING, act_end},
    {"left", NULL, "", "Folds a model, or goes to the one around it; the operation before in the timeline", GROUP_MOVE,
     COMPLETE_NOTHING, act_left},
    {"right", NULL, "", "Unfolds a model; the operation after in the timeline", GROUP_MOVE, COMPLETE_NOTHING,
     act_right},
    {"pane", NULL, "next|previous|NUMBER", "To another pane: 1 layers, 2 set-up, 3 the selected layer, 4 memory",
     GROUP_MOVE, COMPLETE_NOTHING, act_pane},
    {"zoom", NULL, "", "Gives the pane the whole screen, or takes it back", GROUP_MOVE, COMPLETE_NOTHING, act_zoom},
    {"back", NULL, "", "Leaves what was opened last", GROUP_MOVE, COMPLETE_NOTHING, act_back},

    {"open", NULL, "", "Opens the selected layer, or folds the selected model", GROUP_LOOK, COMPLETE_NOTHING, act_open},
    {"fold", NULL, "[all|none]", "Folds or unfolds a nested model", GROUP_LOOK, COMPLETE_NOTHING, act_fold},
    {"detail", NULL, "", "Shows or hides the selected layer's figures below the table", GROUP_LOOK, COMPLETE_NOTHING,
     act_detail},
    {"timeline", NULL, "", "Shows or hides the memory in use over one step", GROUP_LOOK, COMPLETE_NOTHING,
     act_timeline},
    {"sort", NULL, "[next|COLUMN]", "Sorts the layers: order, class, params, state, kept, flops, time", GROUP_LOOK,
     COMPLETE_NOTHING, act_sort},
    {"reverse", NULL, "", "Turns the order of the layers round", GROUP_LOOK, COMPLETE_NOTHING, act_reverse},
    {"search", NULL, "", "Looks for a layer by name or class", GROUP_LOOK, COMPLETE_NOTHING, act_search},
    {"find", NULL, "next|previous|TEXT", "Goes to the next layer that matches, or to the previous one", GROUP_LOOK,
     COMPLETE_LAYER, act_find},
    {"help", "h", "", "Keys, signs and commands", GROUP_LOOK, COMPLETE_NOTHING, act_help},
    {"problems", NULL, "", "What is wrong with the model or was assumed about it", GROUP_LOOK, COMPLETE_NOTHING,
     act_problems},
    {"about", NULL, "", "The file: title, notes, where it came from", GROUP_LOOK, COMPLETE_NOTHING, act_about},
    {"mouse", NULL, "", "Switches the mouse off, so that the terminal selects text, or on", GROUP_LOOK,
     COMPLETE_NOTHING, act_mouse},
    {"redraw", NULL, "", "Draws the whole screen anew", GROUP_LOOK, COMPLETE_NOTHING, act_redraw},

    {"batch", NULL, "double|halve|NUMBER", "Sets the samples in one step", GROUP_WHAT_IF, COMPLETE_NOTHING, act_batch},
    {"precision", NULL, "[next|NAME]", "float32, mixed_float16, mixed_bfloat16 in turn, or any policy", GROUP_WHAT_IF,
     COMPLETE_NOTHING, act_precision},
    {"mode", NULL, "", "Training or inference", GROUP_WHAT_IF, COMPLETE_NOTHING, act_mode},
    {"pick", NULL, "FIELD", "Chooses a field's value from a list that shows what would be", GROUP_WHAT_IF,
     COMPLETE_SETTING, act_pick},

    {"enter", NULL, "", "Types the selected value, or chooses it from a list", GROUP_EDIT, COMPLETE_NOTHING, act_enter},
    {"step", NULL, "+|-", "The next or the previous sensible value", GROUP_EDIT, COMPLETE_NOTHING, act_step},
    {"cycle", NULL, "", "The next choice", GROUP_EDIT, COMPLETE_NOTHING, act_cycle},
    {"undo", NULL, "", "Takes the last edit back", GROUP_EDIT, COMPLETE_NOTHING, act_undo},
    {"redo", NULL, "", "Repeats what was taken back", GROUP_EDIT, COMPLETE_NOTHING, act_redo},
    {"set", NULL, "FIELD=VALUE", "Sets a field of the set-up, or layers.PATH.KEY of a layer", GROUP_EDIT,
     COMPLETE_SETTING, act_set},
    {"insert", NULL, "CLASS after PATH [KEY=VALUE ...]", "Puts a layer behind another", GROUP_EDIT, COMPLETE_CLASS,
     act_insert},
    {"remove", NULL, "PATH", "Takes a layer out, its input in its place", GROUP_EDIT, COMPLETE_LAYER, act_remove},
    {"replace", NULL, "PATH with CLASS [KEY=VALUE ...]", "Puts another kind of layer in a layer's place", GROUP_EDIT,
     COMPLETE_LAYER, act_replace},
    {"rewire", NULL, "PATH INPUT to PATH", "Connects a layer's input to another layer", GROUP_EDIT, COMPLETE_LAYER,
     act_rewire},

    {"command", NULL, "[TEXT]", "A command by name; Tab completes", GROUP_FILE, COMPLETE_NOTHING, act_prompt},
    {"write", "w", "[NAME]", "Saves as YAML; a Keras file is never overwritten", GROUP_FILE, COMPLETE_FILE, act_write},
    {"write!", "w!", "NAME", "Saves as YAML over another file", GROUP_FILE, COMPLETE_FILE, act_write_over},
    {"export", NULL, "json|keras|yaml NAME", "Writes the model for Keras 3, as JSON or as a program, or as YAML",
     GROUP_FILE, COMPLETE_FILE, act_export},
    {"edit", "e", "[NAME]", "Opens a file or a built-in sample", GROUP_FILE, COMPLETE_FILE, act_edit_file},
    {"edit!", "e!", "[NAME]", "The same, and forgets what is not saved", GROUP_FILE, COMPLETE_FILE,
     act_edit_file_anyway},
    {"recover", NULL, "yes|no", "Takes over what an interrupted session left, or forgets it", GROUP_FILE,
     COMPLETE_NOTHING, act_recover},
    {"write-quit", "wq", "[NAME]", "Saves and ends", GROUP_FILE, COMPLETE_FILE, act_write_quit},
    {"quit", "q", "", "Ends; asks where something is not saved", GROUP_FILE, COMPLETE_NOTHING, act_quit},
    {"quit!", "q!", "", "Ends and forgets what is not saved", GROUP_FILE, COMPLETE_NOTHING, act_quit_anyway},
    {"suspend", NULL, "", "Back to the shell until `fg`", GROUP_FILE, COMPLETE_NOTHING, act_suspend},
};
const int command_count = sizeof commands / sizeof *commands;

const struct command *command_find(const char *word, size_t length)
{
    for (int i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        if ((!strncmp(command->name, word, length) && !command->name[length]) ||
            (command->alias && !strncmp(command->alias, word, length) && !command->alias[length]))
            return command;
    }
    return NULL;
}

static void say_unknown(struct app *app, const char *word, size_t length)
{
    const char *names[sizeof commands / sizeof *commands];
    struct lt_arena arena = LT_ARENA_INIT;
    const char *text = lt_safe_text_n(&arena, word, length);
    for (int i = 0; i < command_count; i++)
        names[i] = commands[i].name;
    int nearest = text ? lt_nearest(text, names, command_count) : -1;
    if (nearest >= 0)
        app_say(app, ROLE_ERROR, "There is no command %s; did you mean %s?", text, names[nearest]);
    else
        app_say(app, ROLE_ERROR, "There is no command %s; ? lists them", text ? text : "");
    lt_arena_free(&arena);
}

void command_run(struct app *app, const char *line)
{
    line += strspn(line, " ");
    size_t length = strcspn(line, " ");
    if (!length)
        return;
    const struct command *command = command_find(line, length);
    const char *args = line + length + strspn(line + length, " ");
    if (command)
        command->run(app, args);
    else
        say_unknown(app, line, length);
}
