#include "core/report/report.h"
enum lt_status lt_report_text(const struct lt_report *report, struct lt_buffer *out) { (void)report; (void)out; return LT_OK; }
