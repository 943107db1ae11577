# layertop. `make help` lists the targets.
#   make          the library            make check        all tests
#   make clean    removes what was built make check SAN=1  the same under ASan and UBSan
ifeq ($(SAN),1)
BUILD  ?= build/san
CFLAGS ?= -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
BUILD  ?= build
CC     ?= cc
CFLAGS ?= -O2 -g
WARN    = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla
LT_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -I. $(WARN) $(CFLAGS)

# Each library from its archive where there is one, so that only libc and libm stay dynamic; else the shared one.
archive  = $(shell $(CC) -print-file-name=lib$(1).a)
library  = $(or $(filter /%,$(call archive,$(1))),-l$(1))
LT_LIBS := $(foreach name,yaml minizip z,$(call library,$(name))) -lm

CORE_SRC := $(sort $(wildcard core/*/*.c core/*/*/*.c))
CORE_OBJ := $(CORE_SRC:%.c=$(BUILD)/%.o)
TEST_SRC := $(sort $(wildcard tests/core/test_*.c))
TESTS    := $(TEST_SRC:%.c=$(BUILD)/%)

all: $(BUILD)/liblayertop.a

include core/embed.mk
include tests/tui.mk
include tests/accuracy/accuracy.mk

help:
	@sed -n '2,3s/^# *//p' Makefile

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(LT_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/liblayertop.a: $(CORE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/liblayertop.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LT_LIBS)

# A locale with a decimal comma, for the tests that prove it has no say; without localedef they are skipped.
LOCALE = $(BUILD)/locale/de_DE.UTF-8
$(LOCALE):
	@mkdir -p $(@D)
	-@localedef -f UTF-8 -i de_DE $@ 2>/dev/null

# Every test program in turn, its output in a log beside it. One that dies counts as a failed test.
check: $(TESTS) $(BUILD)/tests/pty/demo $(LOCALE)
	@for test in $(TESTS); do \
	  LT_DEMO=$(BUILD)/tests/pty/demo LOCPATH=$(BUILD)/locale CMOCKA_MESSAGE_OUTPUT=TAP $$test >$$test.log 2>&1; status=$$?; \
	  [ $$status = 0 ] || grep -q '^not ok' $$test.log || \
	    echo "not ok - ended with status $$status" >>$$test.log; \
	  grep -q '^not ok' $$test.log && { echo "$$test:"; grep -v '^ok' $$test.log; }; \
	done; \
	cat $(TESTS:=.log) | awk '/^ok/ {good++} /^not ok/ {bad++} \
	  END {printf "%d passed, %d failed\n", good, bad; exit (bad > 0 || !good)}'

clean:
	rm -rf $(BUILD)

-include $(CORE_OBJ:.o=.d) $(TESTS:=.d)
.PHONY: all help check clean
.SECONDARY:
