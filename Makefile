# Wright: two commands do everything. `make demo` shows it, `make test` tests it; each installs what it lacks.
# `make help` lists the rest.
B ?= build
CC ?= gcc
OPT ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
CPPFLAGS += -D_GNU_SOURCE -I. -Iruntime/include -I$(B)
CFLAGS += -std=c11 $(OPT) $(WARN) $(SANITIZE)
LIBS_COMPILER := -ljansson -lcrypto -lm
LIBS_RUNTIME := -lcurl -levent_openssl -levent_pthreads -levent -lsqlite3 -ljansson -lssl -lcrypto -lz -lpthread -lm

compiler_c  := $(sort $(wildcard compiler/*/*.c))
compiler_re := $(sort $(wildcard compiler/*/*.re))
compiler_y  := $(sort $(wildcard compiler/*/*.y))
runtime_c   := $(sort $(wildcard runtime/*/*.c))
runtime_re  := $(sort $(wildcard runtime/*/*.re))

object = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))
compiler_o := $(call object,$(compiler_c) $(compiler_re) $(compiler_y))
runtime_o  := $(call object,$(runtime_c) $(runtime_re))
main_o     := $(B)/obj/compiler/tool/main.o

.PHONY: all
all: $(B)/wright $(B)/libwright.a

$(B)/wright: $(main_o) $(B)/libwrightc.a $(B)/libwright.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS_COMPILER) $(LIBS_RUNTIME)
$(B)/libwrightc.a: $(filter-out $(main_o),$(compiler_o))
	@rm -f $@ && ar rcs $@ $^
$(B)/libwright.a: $(runtime_o)
	@rm -f $@ && ar rcs $@ $^

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(B)/obj/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(if $(findstring grammar,$<),-Wno-error -w) -MMD -MP -c -o $@ $<
$(B)/gen/%.c: %.re
	@mkdir -p $(@D)
	re2c -W --no-debug-info --no-generation-date -o $@ $<
$(B)/gen/%.c $(B)/gen/%.h: %.y
	@mkdir -p $(@D)
	lemon -q -l -d$(@D) $<
$(call object,$(compiler_c) $(compiler_re)): | $(patsubst %.y,$(B)/gen/%.h,$(compiler_y))
.SECONDARY:

unit := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
$(B)/tests/%: tests/unit/%.c $(B)/libwrightc.a $(B)/libwright.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(B)/libwrightc.a $(B)/libwright.a $(LIBS_RUNTIME)
.PHONY: unit
unit: $(unit)

.PHONY: clean
clean:
	rm -rf $(B)
-include $(shell test -d $(B) && find $(B) -name '*.d')
