# Files inside the program. $(eval $(call lt_embed,NAME,FOLDER,FILES)) compiles FILES below FOLDER into the library as
# lt_builtin_NAME[] (core/hardware/builtin.h). Include it before the library's rule.
# The list is looked at in every run, but its C file changes only when a name or a length does.
define lt_embed
$$(BUILD)/embed/$(1).c: core/embed.sh embed-look
	@mkdir -p $$(@D)
	@sh core/embed.sh $(1) $(2) $(3) > $$@.new
	@if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi

$$(BUILD)/embed/$(1).o: $$(BUILD)/embed/$(1).c $(3)
	$$(CC) $$(LT_CFLAGS) -c -o $$@ $$<

CORE_OBJ += $$(BUILD)/embed/$(1).o
endef

embed-look:
.PHONY: embed-look

HWDB_FILES := $(sort $(wildcard hwdb/*.yaml hwdb/*/*.yaml))
$(eval $(call lt_embed,hwdb,hwdb,$(HWDB_FILES)))

SAMPLE_FILES := $(sort $(wildcard samples/*.yaml samples/*.keras))
$(eval $(call lt_embed,samples,samples,$(SAMPLE_FILES)))
