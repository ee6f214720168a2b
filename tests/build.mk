# The programs that the tests run: $O/tests/... mirrors tests/.

TESTS_IN   = $(patsubst %.c,$O/%,$(wildcard tests/$1/$2*.c))
UNIT_TESTS = $(call TESTS_IN,unit,test_)
FUZZERS    = $(call TESTS_IN,fuzz,fuzz_)
BENCHES    = $(addprefix $O/tests/bench/,load reference rate)
STRICT_P0F = $O/tests/harness/strict_p0f

# Shared by the suites, and the helpers of one suite.
LIB_TEST_OBJS   = $(patsubst %.c,$O/%.o,$(wildcard tests/lib/*.c))
UNIT_TEST_OBJS  = $(patsubst %.c,$O/%.o,$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
# smoke.c drives the targets, unless libFuzzer does.
FUZZ_TEST_OBJS  = $O/tests/fuzz/fuzz.o $(if $(LIBFUZZER),,$O/tests/fuzz/smoke.o) \
	$(addprefix $O/tests/lib/,fake_wire.o header_sample.o)

# What `make check` runs, and what its system tests run beside the program.
.PHONY: tests
tests: $(UNIT_TESTS) $(FUZZERS) $(STRICT_P0F) $O/tests/bench/load

$O/tests/%.o: private ALL_CPPFLAGS += -Itests/lib

$O/tests/unit/test_%: $O/tests/unit/test_%.o $(UNIT_TEST_OBJS) $(LIB_TEST_OBJS) $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lm $(call lib,cmocka,cmocka)

$O/tests/fuzz/fuzz_%: $O/tests/fuzz/fuzz_%.o $(FUZZ_TEST_OBJS) $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) $(LIBFUZZER) $(WRAP:%=-Wl,--wrap=%) -o $@ $^ $(LIBS) -lm

# A stub stands in for what is below the module.
$O/tests/fuzz/fuzz_filter: $O/tests/fuzz/milter_stub.o $O/tests/fuzz/log_stub.o
$O/tests/fuzz/fuzz_filter: WRAP = p0f_client_submit p0f_lookup_wait p0f_lookup_free log_write \
	log_write_limited clock_gettime time nanosleep calloc
$O/tests/fuzz/fuzz_p0f_conn: $O/tests/fuzz/p0f_stub.o $O/tests/fuzz/log_stub.o
$O/tests/fuzz/fuzz_p0f_conn: WRAP = dial_start dial_resume send recv shutdown close \
	log_write log_write_limited

$O/tests/bench/load: $(patsubst %,$O/tests/bench/%.o,load mta process script tally)
$O/tests/bench/reference $O/tests/bench/rate: $O/tests/bench/%: $O/tests/bench/%.o
$(BENCHES): $(LIB_OBJS)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lm

# A p0f that checks its client's manners.
$(STRICT_P0F): $(STRICT_P0F).o $(addprefix $O/tests/lib/,fake_p0f.o fake_wire.o scratch.o) $O/src/addr.o
	$(CC) $(ALL_LDFLAGS) -o $@ $^
