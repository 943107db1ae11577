# The screen's machinery and its tests; included by the Makefile.
TUI_LIB_SRC := $(filter-out tui/main.c,$(sort $(wildcard tui/*.c)))
TUI_LIB_OBJ := $(TUI_LIB_SRC:%.c=$(BUILD)/%.o)
NCURSES_LIBS := $(foreach name,ncursesw tinfo,$(call library,$(name)))

TUI_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/tui/test_*.c)))
PTY_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/pty/test_*.c)))
TESTS += $(TUI_TESTS) $(PTY_TESTS)

$(BUILD)/libtui.a: $(TUI_LIB_OBJ)

$(BUILD)/tests/tui/test_%: $(BUILD)/tests/tui/test_%.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(LINK) -lcmocka $(NCURSES_LIBS) $(LT_LIBS)

$(BUILD)/tests/pty/demo: $(BUILD)/tests/pty/demo.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(LINK) $(NCURSES_LIBS) $(LT_LIBS)

$(BUILD)/tests/pty/test_%: $(BUILD)/tests/pty/test_%.o $(BUILD)/tests/pty/rig.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(LINK) -lcmocka -lvterm -lutil $(LT_LIBS)

# The built-in terminal description is what its source compiles to.
check-fallback:
	@mkdir -p $(BUILD)/terminfo
	@if command -v tic >/dev/null; then \
	    tic -o $(BUILD)/terminfo tui/fallback.ti && \
	    test "$$(base64 -w0 $(BUILD)/terminfo/x/xterm-256color)" = \
	        "$$(sed -n 's/^ *"\([A-Za-z0-9+/=]*\)".*/\1/p' tui/fallback.h | tr -d '\n')" || \
	        { echo 'tui/fallback.h is not what tui/fallback.ti compiles to'; exit 1; }; \
	else echo 'skipped: tui/fallback.h against tui/fallback.ti (no tic)'; fi

.PHONY: check-fallback

-include $(TUI_LIB_OBJ:.o=.d) $(BUILD)/tests/pty/demo.d $(BUILD)/tests/pty/rig.d
