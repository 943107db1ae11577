# layertop. `make help` lists the targets.
BUILD  ?= build
CC     ?= cc
CFLAGS ?= -O2 -g
WARN    = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla
LT_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -I. $(WARN) $(CFLAGS)

CORE_SRC := $(sort $(wildcard core/*/*.c core/*/*/*.c))
CORE_OBJ := $(CORE_SRC:%.c=$(BUILD)/%.o)

all: $(BUILD)/liblayertop.a

include core/embed.mk

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(LT_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/liblayertop.a: $(CORE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

clean:
	rm -rf $(BUILD)

-include $(CORE_OBJ:.o=.d)
.PHONY: all clean
