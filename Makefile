# Wright: two commands do everything. `make demo` shows it, `make test` tests it; each installs what it lacks.
# `make help` lists the rest.
B ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
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

.DEFAULT_GOAL := all
.PHONY: all setup
specs := $(patsubst spec/%.flow,%,$(sort $(wildcard spec/*.flow)))
all: $(B)/wright $(addprefix $(B)/,$(specs))
setup:
	@.ci/setup

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
	@touch $(B)/gen/$*.h # which lemon leaves as it is where nothing changes
$(call object,$(compiler_c) $(compiler_re)): | $(patsubst %.y,$(B)/gen/%.h,$(compiler_y))
$(B)/obj/compiler/tool/explain.o: $(B)/gen/pages.inc $(B)/gen/rules.inc
$(B)/gen/pages.inc: compiler/tool/pages.sh $(wildcard docs/errors/*.md)
	@mkdir -p $(@D)
	sh compiler/tool/pages.sh docs/errors > $@.new && mv $@.new $@
$(B)/gen/rules.inc: compiler/tool/pages.sh $(wildcard docs/rules/*.md)
	@mkdir -p $(@D)
	sh compiler/tool/pages.sh docs/rules > $@.new && mv $@.new $@
.SECONDARY:

# ---- the specifications: one static binary each, and what the compiler writes, committed ------------

$(B)/%: spec/%.flow $(B)/wright $(wildcard spec/prompts/* runtime/include/wright/*)
	WRIGHT_INCLUDE=runtime/include CC=$(CC) CFLAGS="$(SANITIZE)" $(B)/wright build $< -o $@ $(BUILD_FLAGS)

.PHONY: generated
generated: $(B)/wright
	$(foreach spec,$(specs),$(B)/wright compile spec/$(spec).flow -o generated/$(spec) &&) true

.PHONY: demo
demo:
	@.ci/setup
	@$(MAKE) --no-print-directory -j2 all >$(B).log 2>&1 || { cat $(B).log; exit 1; }
	@rm -f $(B).log
	@python3 tests/demo.py

# ---- installing ------------------------------------------------------------------------------------

PREFIX ?= /usr/local
SHARE = $(DESTDIR)$(PREFIX)/share
VERSION := $(shell sed -n 's/.*WRIGHT_VERSION "\(.*\)".*/\1/p' compiler/base/version.h)
.PHONY: install uninstall
install: $(B)/wright $(B)/libwright.a
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/wright $(DESTDIR)$(PREFIX)/lib/wright $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 755 $(B)/wright $(DESTDIR)$(PREFIX)/bin/wright
	install -m 644 runtime/include/wright/* $(DESTDIR)$(PREFIX)/include/wright
	install -m 644 $(B)/libwright.a $(DESTDIR)$(PREFIX)/lib/wright/libwright.a
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@LIBS@|$(LIBS_RUNTIME)|' runtime/wright.pc.in \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/wright.pc
	install -d $(addprefix $(SHARE)/,man/man1 bash-completion/completions zsh/site-functions fish/vendor_completions.d)
	$(B)/wright man -o $(SHARE)/man/man1
	$(B)/wright completion bash > $(SHARE)/bash-completion/completions/wright
	$(B)/wright completion zsh > $(SHARE)/zsh/site-functions/_wright
	$(B)/wright completion fish > $(SHARE)/fish/vendor_completions.d/wright.fish
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/wright $(DESTDIR)$(PREFIX)/include/wright $(DESTDIR)$(PREFIX)/lib/wright \
	    $(DESTDIR)$(PREFIX)/lib/pkgconfig/wright.pc $(SHARE)/man/man1/wright.1 $(SHARE)/man/man1/wright-*.1 \
	    $(SHARE)/bash-completion/completions/wright $(SHARE)/zsh/site-functions/_wright \
	    $(SHARE)/fish/vendor_completions.d/wright.fish

# ---- tests -------------------------------------------------------------------------------------------

unit := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
$(B)/tests/%: tests/unit/%.c $(B)/libwrightc.a $(B)/libwright.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(B)/libwrightc.a $(B)/libwright.a $(LIBS_RUNTIME)
# Everything runs twice: on what is shipped, and under AddressSanitizer and UndefinedBehaviorSanitizer with
# failpoints compiled in.
SANITIZED := B=$(B)/sanitized OPT="-O1 -g -DWRIGHT_FAILPOINTS" BUILD_FLAGS=--dynamic \
	SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all"
scripts := $(sort $(wildcard tests/lang/test_*.py tests/emit/test_*.py tests/diff/test_*.py tests/api/test_*.py tests/fuzz/test_*.py))
once := tests/tidy.py $(addprefix tests/api/,test_static.py test_dev.py test_install.py test_aimock.py test_otlp_receiver.py test_eventsource.py test_readme.py)
once += $(addprefix tests/api/,test_contracts.py test_build.py)

fuzzers := $(patsubst tests/fuzz/%.c,$(B)/tests/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
.PHONY: test programs unit tidy
test:
	@.ci/setup test
	@$(MAKE) --no-print-directory -j2 programs >$(B).log 2>&1 || { cat $(B).log; exit 1; }
	@$(MAKE) --no-print-directory -j2 programs $(SANITIZED) >$(B).log 2>&1 || { cat $(B).log; exit 1; }
	@rm -f $(B).log
	@tests/run WRIGHT_BUILD=$(B) $(unit) $(once) $(filter-out $(once),$(scripts)) \
	    WRIGHT_BUILD=$(B)/sanitized WRIGHT_SLOW=3 $(patsubst $(B)/%,$(B)/sanitized/%,$(unit)) \
	    $(filter-out $(once),$(scripts))
programs: all unit $(fuzzers)
unit: $(unit)

# Fuzzers: in tests they run their corpus; `make fuzz` lets clang's libFuzzer search, FUZZ_SECONDS each.
FUZZ_SECONDS ?= 600
$(fuzzers): $(B)/tests/%: tests/fuzz/%.c $(B)/libwrightc.a $(B)/libwright.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -DFUZZ_FILES -MMD -MP -o $@ $< $(B)/libwrightc.a $(B)/libwright.a $(LIBS_RUNTIME)
.PHONY: fuzz
fuzz:
	@.ci/setup
	@command -v clang >/dev/null || { echo "make fuzz needs clang: apt-get install clang libclang-rt-14-dev"; exit 1; }
	$(MAKE) all B=$(B)/fuzz CC=clang OPT="-O1 -g" SANITIZE="-fsanitize=fuzzer-no-link,address,undefined" $(B)/fuzz/libwright.a
	$(foreach fuzzer,$(notdir $(fuzzers)),mkdir -p $(B)/fuzz/corpus/$(fuzzer) && \
	    clang $(CPPFLAGS) -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -o $(B)/fuzz/$(fuzzer) \
	        tests/fuzz/$(fuzzer).c $(B)/fuzz/libwrightc.a $(B)/fuzz/libwright.a $(LIBS_RUNTIME) && \
	    $(B)/fuzz/$(fuzzer) -max_total_time=$(FUZZ_SECONDS) -timeout=10 $(B)/fuzz/corpus/$(fuzzer) \
	        tests/fuzz/corpus/$(patsubst fuzz_%,%,$(fuzzer)) &&) true
tidy:
	@python3 tests/tidy.py

# What runs on several threads, under ThreadSanitizer: loops, store, calls, webhooks, under load, cancelled, killed,
# drained. A race ends its program, and with it the test.
threads := $(addprefix $(B)/tsan/tests/test_,pool deliveries store client http_server webhooks trust) \
	$(addsuffix .py,$(addprefix tests/api/test_,loops rests checkpoints webhooks events cancel calls otlp crash life \
	four upgrade))
.PHONY: tsan
tsan:
	@.ci/setup test
	@$(MAKE) --no-print-directory -j2 programs B=$(B)/tsan OPT="-O1 -g -DWRIGHT_FAILPOINTS" BUILD_FLAGS=--dynamic \
	    SANITIZE=-fsanitize=thread >$(B).log 2>&1 || { cat $(B).log; exit 1; }
	@rm -f $(B).log
	@TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1" tests/run WRIGHT_BUILD=$(B)/tsan WRIGHT_SLOW=6 $(threads)

.PHONY: simulate
JOBS ?= 1000000
simulate: all $(B)/tests/test_simulate
	@$(B)/briefs simulate --seed 1 --jobs $(JOBS) --crash
	@WRIGHT_SIM_JOBS=$(JOBS) $(B)/tests/test_simulate
# The certificates' times and costs against an adversary in virtual time.
.PHONY: adversary
ADVERSARY_JOBS ?= 100000
adversary: all
	@WRIGHT_BUILD=$(B) ADVERSARY_JOBS=$(ADVERSARY_JOBS) python3 tests/api/test_adversary.py
# Every fault of a provider in each wire format, as a table, with outages of a minute.
.PHONY: faults
FAULTS_DOWN ?= 60
faults: all
	@WRIGHT_BUILD=$(B) FAULTS_DOWN=$(FAULTS_DOWN) python3 tests/api/test_providers.py
# Every subset of what each specification calls is down, on the real binaries.
.PHONY: outages
outages: all
	@WRIGHT_BUILD=$(B) OUTAGES=all python3 tests/api/test_outages.py
# What providers enforce of generated schemas, and what is left to the validator, against the schemas.
.PHONY: fit
FIT_SCHEMAS ?= 1000
FIT_DOCUMENTS ?= 1000
fit: all
	@WRIGHT_BUILD=$(B) FIT_SCHEMAS=$(FIT_SCHEMAS) FIT_DOCUMENTS=$(FIT_DOCUMENTS) python3 tests/emit/test_fit.py
# So many streams of a slow model at once: no timeout misfires, and what memory each takes.
.PHONY: streams
STREAMS ?= 10000
streams: all
	@WRIGHT_BUILD=$(B) STREAMS=$(STREAMS) python3 tests/api/test_crowd.py
# Containment of schemas: pairs by chance, each with 1000 documents. Jobs under way that meet edited specifications.
.PHONY: containment inflight
PAIRS ?= 100000
containment: all $(B)/tests/test_containment
	@WRIGHT_BUILD=$(B) WRIGHT_DIFF_VOLUME=$(PAIRS) python3 tests/diff/test_containment.py
	@WRIGHT_BUILD=$(B) WRIGHT_DIFF_DECODERS=300 python3 tests/diff/test_decoders.py
EDITS ?= 50
inflight: all
	@WRIGHT_BUILD=$(B) WRIGHT_FLIGHT_EDITS=$(EDITS) python3 tests/api/test_in_flight.py
# Seeded faults, each in a copy of the tree: the test that tests/mutants/list.txt names has to see it.
.PHONY: mutants
mutants:
	@python3 tests/mutants/run.py
.PHONY: bench help clean
benches := $(patsubst tests/bench/%.c,$(B)/bench/%,$(sort $(wildcard tests/bench/*.c)))
$(B)/bench/%: tests/bench/%.c $(B)/libwright.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -o $@ $< $(B)/libwright.a $(LIBS_RUNTIME)
.PHONY: benches
benches: all $(benches)
bench:
	@.ci/setup bench
	@$(MAKE) --no-print-directory -j2 benches >$(B).log 2>&1 || { cat $(B).log; exit 1; }
	@rm -f $(B).log
	@WRIGHT_BUILD=$(B) CC=$(CC) python3 tests/bench/bench.py
help:
	@echo "make demo       set up, build, and see a specification served"
	@echo "make test       set up, build, and run every test"
	@echo "make            build build/wright and build/briefs"
	@echo "make install    PREFIX=/usr/local, DESTDIR= for packages; make uninstall takes it away"
	@echo "make generated  compile spec/*.flow into generated/"
	@echo "make tidy       layers, lengths, style, codes and their pages"
	@echo "make tsan       what runs on several threads, under ThreadSanitizer"
	@echo "make fuzz       let fuzzers search, FUZZ_SECONDS each"
	@echo "make adversary  the certificates against an adversary in virtual time; ADVERSARY_JOBS=N"
	@echo "make faults     every fault of a provider in each wire format, outages of a minute included"
	@echo "make outages    every subset of dependencies down, on the real binaries"
	@echo "make fit        schemas as providers take them, and the residue; FIT_SCHEMAS=N FIT_DOCUMENTS=N"
	@echo "make streams    10 000 streams of a slow model at once; STREAMS=N"
	@echo "make mutants    seeded faults of the compiler and the engine: a named test sees each"
	@echo "make simulate   a million jobs in virtual time, with crashes; JOBS=N for fewer"
	@echo "make bench      speed and size, as ratios"
	@echo "make clean      remove build/"
clean:
	rm -rf $(B) $(B).log
-include $(shell test -d $(B) && find $(B) -name '*.d')
