# `make accuracy` runs every published measurement of tests/accuracy/rows.csv; ARGS=--help lists its options.
ACCURACY_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/test_models.c,$(wildcard tests/accuracy/*.c)))

$(BUILD)/accuracy: $(ACCURACY_OBJ) $(BUILD)/liblayertop.a
	$(LINK) $(LT_LIBS)

accuracy: $(BUILD)/accuracy
	@$< $(ARGS)

TESTS += $(BUILD)/tests/accuracy/test_models
-include $(ACCURACY_OBJ:.o=.d)
.PHONY: accuracy
