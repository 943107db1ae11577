# Tests and measurements of the whole program; included by the Makefile. They find it by LT_PROGRAM.
PROGRAM_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/cli/test_*.c tests/style/test_*.c)))
BENCHES       := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/bench/bench_*.c)))
TESTS         += $(PROGRAM_TESTS)

PROGRAM_HELP = $(BUILD)/tests/cli/program.o $(BUILD)/tests/core/scratch.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a

$(PROGRAM_TESTS): $(BUILD)/%: $(BUILD)/%.o $(PROGRAM_HELP)
	$(LINK) -lcmocka $(LT_LIBS)

$(BENCHES): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/pty/rig.o $(BUILD)/libtui.a $(BUILD)/liblayertop.a
	$(LINK) -lvterm -lutil $(LT_LIBS)

-include $(BUILD)/tests/cli/program.d $(BENCHES:=.d)
