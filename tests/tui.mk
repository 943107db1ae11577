# Builds the screen's machinery and its tests; included by the Makefile, which sets BUILD, LT_CFLAGS and the core library.
TUI_LIB_SRC := $(filter-out tui/main.c,$(sort $(wildcard tui/*.c)))
TUI_LIB_OBJ := $(TUI_LIB_SRC:%.c=$(BUILD)/%.o)

# Static where the archives are there: then the program runs where no such library is installed.
LIBDIR  := $(shell $(CC) -print-file-name=libncursesw.a)
LIBTDIR := $(shell $(CC) -print-file-name=libtinfo.a)
NCURSES_LIBS ?= $(if $(and $(filter /%,$(LIBDIR)),$(filter /%,$(LIBTDIR))),$(LIBDIR) $(LIBTDIR),-lncursesw -ltinfo)

TUI_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/tui/test_*.c)))
PTY_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/pty/test_*.c)))

$(BUILD)/libtui.a: $(TUI_LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/tests/tui/test_%: $(BUILD)/tests/tui/test_%.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(NCURSES_LIBS) $(LDLIBS) -lcmocka -lm

$(BUILD)/tests/pty/demo: $(BUILD)/tests/pty/demo.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(NCURSES_LIBS) $(LDLIBS) -lm

$(BUILD)/tests/pty/test_%: $(BUILD)/tests/pty/test_%.o $(BUILD)/tests/pty/rig.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka -lvterm -lutil -lm

# Each test runs alone and says its name; the first that fails ends the run.
check-tui: $(TUI_TESTS)
	@set -e; for t in $(TUI_TESTS); do $$t; done

check-pty: $(PTY_TESTS) $(BUILD)/tests/pty/demo
	@set -e; for t in $(PTY_TESTS); do LT_DEMO=$(BUILD)/tests/pty/demo $$t; done

# The built-in terminal description is what its source compiles to.
check-fallback:
	@mkdir -p $(BUILD)/terminfo
	@if command -v tic >/dev/null; then \
	    tic -o $(BUILD)/terminfo tui/fallback.ti && \
	    test "$$(base64 -w0 $(BUILD)/terminfo/x/xterm-256color)" = \
	        "$$(sed -n 's/^ *"\([A-Za-z0-9+/=]*\)".*/\1/p' tui/fallback.h | tr -d '\n')" || \
	        { echo 'tui/fallback.h is not what tui/fallback.ti compiles to'; exit 1; }; \
	else echo 'skipped: tui/fallback.h against tui/fallback.ti (no tic)'; fi

check: check-tui check-pty check-fallback
.PHONY: check check-tui check-pty check-fallback
.SECONDARY:

-include $(TUI_LIB_OBJ:.o=.d) $(TUI_TESTS:%=%.d) $(PTY_TESTS:%=%.d) $(BUILD)/tests/pty/demo.d $(BUILD)/tests/pty/rig.d
