/* Edits as lines of the command language, each with its inverse. The prompt, --set, script mode and the journal all
 * speak this language; undo is the recorded inverse.
 *
 *   set FIELD=VALUE                 batch=64, optimizer.momentum=0.9, input.tokens=128
 *   set layers.PATH.KEY=VALUE       layers.encoder/dense.units=256, layers.conv.name=stem, .trainable, .precision (a
 * policy or inherit) remove layers.PATH              a layer with one input whose place its source takes insert CLASS
 * after layers.PATH [KEY=VALUE ...]      all that took the layer's output takes the new one's replace layers.PATH with
 * CLASS [KEY=VALUE ...]      same place and name; fields that both classes have keep their values rewire layers.PATH
 * from NAME, NAME:OUTPUT ...       its inputs, layers of the same model
 *
 * `layers.` may be left out before a path, except in set. Values and paths of insert and replace hold no blanks.
 * An edit that fails changes nothing and says what would be right. */
#ifndef LT_MODEL_EDIT_H
#define LT_MODEL_EDIT_H

#include "core/model/document.h"

/* What is done and can be undone, of one document and no longer alive than it. */
struct lt_history;

struct lt_history *lt_history_new(void); /* NULL where memory ends */
void lt_history_free(struct lt_history *history);
bool lt_can_undo(const struct lt_history *history);
bool lt_can_redo(const struct lt_history *history);

/* Performs one line on the document and records its inverse (history NULL: not recorded). */
enum lt_status lt_edit(struct lt_document *document, struct lt_history *history, const char *line,
                       struct lt_problems *problems);

/* Takes back or repeats the last edit; *line (may be NULL) receives the line for the journal, "undo" or the edit
 * itself; it is valid until the next edit. LT_NOT_FOUND: there is none. */
enum lt_status lt_undo(struct lt_document *document, struct lt_history *history, const char **line);
enum lt_status lt_redo(struct lt_document *document, struct lt_history *history, const char **line);

/* Says that the document is as saved now; lt_is_saved is true until the next edit, and again when undo leads back here.
 */
void lt_mark_saved(struct lt_history *history);
bool lt_is_saved(const struct lt_history *history);

/* "FIELD=VALUE" alone, for --set. */
enum lt_status lt_set(struct lt_document *document, const char *assignment, struct lt_problems *problems);

#endif
