# layertop. `make help` lists the targets.
#   make                     build/layertop
#   make run [MODEL=path]    installs what is missing, builds, opens a model (without a terminal: prints its report)
#   make check [SAN=1]       installs what the tests need, builds and runs all tests (SAN=1: under ASan and UBSan)
#   make static              build/layertop-static: one file that runs on any Linux of this processor
#   make install, uninstall  under PREFIX (/usr/local), below DESTDIR
#   make bench               measured figures beside their budgets
#   make lint                formatting, manual pages, static analysis, hardware files
#   make golden              writes the expected screens of the tests again, to be looked at with git diff
#   make deps                installs the libraries it builds with
#   make clean               removes what was built
# CC=clang, WERROR=1, BUILD=folder and CFLAGS work with all of them.
ifeq ($(SAN),1)
BUILD  ?= build/san
CFLAGS ?= -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
BUILD  ?= build
CC     ?= cc
CFLAGS ?= -O3 -g
PREFIX ?= /usr/local
WARN    = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla $(if $(WERROR),-Werror)
LT_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -I. $(WARN) $(CFLAGS)

LINK      = $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# Each library from its archive where there is one, so that only libc and libm stay dynamic; else the shared one.
archive  = $(shell $(CC) -print-file-name=lib$(1).a)
library  = $(or $(filter /%,$(call archive,$(1))),-l$(1))
LT_LIBS := $(foreach name,yaml minizip z,$(call library,$(name))) -lm

CORE_SRC := $(sort $(wildcard core/*/*.c core/*/*/*.c))
CORE_OBJ := $(CORE_SRC:%.c=$(BUILD)/%.o)
TEST_SRC := $(sort $(wildcard tests/core/test_*.c))
TESTS    := $(TEST_SRC:%.c=$(BUILD)/%)

all: $(BUILD)/layertop

include core/hdf5.mk
include core/embed.mk
include tests/tui.mk
include tests/accuracy/accuracy.mk
include tests/program.mk

help:
	@sed -n '/^$$/q; /^ifeq/q; s/^# \{0,1\}//p' Makefile

# --- building ----------------------------------------------------------------------------------------------------------

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(LT_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/liblayertop.a: $(CORE_OBJ)

PROGRAM = $(BUILD)/tui/main.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a

$(BUILD)/layertop: $(PROGRAM)
	$(LINK) $(NCURSES_LIBS) $(LT_LIBS)

$(BUILD)/layertop-static: $(PROGRAM)
	$(LINK) -static $(NCURSES_LIBS) $(LT_LIBS)
	strip $@

static: $(BUILD)/layertop-static

# --- using -------------------------------------------------------------------------------------------------------------

# What is found by a first look at the libraries changes once they are installed: hence a make of its own.
run:
	@sh .ci/deps build
	@$(MAKE) --no-print-directory -s $(BUILD)/layertop
	@$(BUILD)/layertop $(MODEL)

deps:
	@sh .ci/deps build

MAN_PAGES := $(wildcard man/*.[15])

install: $(BUILD)/layertop
	install -D -m 755 $(BUILD)/layertop $(DESTDIR)$(PREFIX)/bin/layertop
	for page in $(MAN_PAGES); do \
	  install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/layertop
	for page in $(MAN_PAGES); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; done

# --- checking ----------------------------------------------------------------------------------------------------------

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/tests/core/scratch.o $(BUILD)/liblayertop.a
	$(LINK) -lcmocka $(LT_LIBS)

# A locale with a decimal comma, for the tests that prove it has no say; without localedef they are skipped.
LOCALE = $(BUILD)/locale/de_DE.UTF-8
$(LOCALE):
	@mkdir -p $(@D)
	-@localedef -f UTF-8 -i de_DE $@ 2>/dev/null

check:
	@sh .ci/deps test
	@$(MAKE) --no-print-directory run-tests

# Every test program in turn, its output in a log beside it. One that dies counts as a failed test; cmocka writes a skipped
# one as `not ok N # SKIP`.
run-tests: $(TESTS) $(BUILD)/layertop $(BUILD)/tests/pty/demo $(LOCALE) check-fallback
	@for test in $(TESTS); do \
	  LT_DEMO=$(BUILD)/tests/pty/demo LT_PROGRAM=$(BUILD)/layertop LT_LIBRARY=$(BUILD)/liblayertop.a \
	  LOCPATH=$(BUILD)/locale CMOCKA_MESSAGE_OUTPUT=TAP $$test >$$test.log 2>&1; status=$$?; \
	  [ $$status = 0 ] || grep -q '^not ok [0-9 ]*-' $$test.log || \
	    echo "not ok - ended with status $$status" >>$$test.log; \
	  grep -q '^not ok [0-9 ]*-' $$test.log && { echo "$$test:"; grep -v '^ok' $$test.log; }; \
	done; \
	cat $(TESTS:=.log) | awk '/^ok/ {good++} /^not ok [0-9 ]*-/ {bad++} /^not ok.*# SKIP/ {skipped++} \
	  END {printf "%d passed, %d failed%s\n", good, bad, skipped ? ", " skipped " skipped" : ""; exit (bad > 0 || !good)}'

golden: $(BUILD)/tests/tui/test_golden
	LT_GOLDEN=write $<

bench: $(BENCHES) $(BUILD)/layertop
	@for bench in $(BENCHES); do LT_PROGRAM=$(BUILD)/layertop $$bench || exit; done

SOURCES = $(wildcard core/*/*.[ch] core/*/*/*.[ch] tui/*.[ch] tests/*/*.[ch])
lint: $(BUILD)/layertop
	@sh .ci/deps lint
	@clang-format --dry-run -Werror $(SOURCES)
	@mandoc -T lint -W warning $(MAN_PAGES)
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	  --suppressions-list=tests/style/cppcheck.txt -I. $(filter %.c,$(SOURCES))
	$(BUILD)/layertop hwdb lint

clean:
	rm -rf $(BUILD)

-include $(CORE_OBJ:.o=.d) $(BUILD)/tui/main.d $(TESTS:=.d) $(BUILD)/tests/core/scratch.d
.PHONY: all help static run deps install uninstall check run-tests golden bench lint clean
.SECONDARY:
