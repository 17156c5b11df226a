/* Tests native/c_api.h as a program in C sees it, under the sanitizers (test/python/run). It needs no Node
 * and no Python.
 *
 *   c_api DICTIONARY NORMALIZER VOCABULARY FOREST CONTRIBUTIONS EXPECTED
 *
 * EXPECTED is a text file of test/python/expected.py: the score map, the steps, and texts with the scores of
 * `hoshi score`. */
#define _POSIX_C_SOURCE 200809L
#include "c_api.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int checks = 0;

#define CHECK(condition)                                                                                   \
  do {                                                                                                     \
    ++checks;                                                                                              \
    if (!(condition)) {                                                                                    \
      fprintf(stderr, "line %d: expected %s; last error: %s\n", __LINE__, #condition, hoshi_last_error()); \
      exit(1);                                                                                             \
    }                                                                                                      \
  } while (0)

/* The expected texts and scores. */
static double map_raw[64], map_scores[64], map_slopes[64];
static uint8_t steps[8];
static size_t knot_count, step_count, text_count;
static double* expected;
static uint16_t* units;
static uint64_t* offsets;

static void* allocate(size_t count, size_t size) {
  void* memory = calloc(count + 1, size);
  if (memory == NULL) exit(2);
  return memory;
}

static void read_expected(const char* path) {
  FILE* file = fopen(path, "r");
  size_t unit_count = 0;
  CHECK(file != NULL);
  CHECK(fscanf(file, "%zu %zu %zu %zu", &knot_count, &step_count, &text_count, &unit_count) == 4);
  CHECK(knot_count <= 64 && step_count <= 8);
  for (size_t i = 0; i < knot_count; ++i) CHECK(fscanf(file, "%la", &map_raw[i]) == 1);
  for (size_t i = 0; i < knot_count; ++i) CHECK(fscanf(file, "%la", &map_scores[i]) == 1);
  for (size_t i = 0; i + 1 < knot_count; ++i) CHECK(fscanf(file, "%la", &map_slopes[i]) == 1);
  for (size_t i = 0; i < step_count; ++i) CHECK(fscanf(file, "%hhu", &steps[i]) == 1);
  expected = allocate(text_count, sizeof *expected);
  offsets = allocate(text_count, sizeof *offsets);
  units = allocate(unit_count, sizeof *units);
  for (size_t i = 0; i < text_count; ++i) {
    size_t length = 0;
    CHECK(fscanf(file, "%la %zu", &expected[i], &length) == 2);
    for (size_t k = 0; k < length; ++k) CHECK(fscanf(file, "%4hx", &units[offsets[i] + k]) == 1);
    offsets[i + 1] = offsets[i] + length;
  }
  CHECK(offsets[text_count] == unit_count);
  fclose(file);
}

static void check_scores(const double* scores) {
  for (size_t i = 0; i < text_count; ++i) {
    ++checks;
    if (memcmp(&scores[i], &expected[i], sizeof(double)) == 0) continue;
    fprintf(stderr, "text %zu: expected %.17g, found %.17g\n", i, expected[i], scores[i]);
    exit(1);
  }
}

static void check_utf16(hoshi_model* model, uint32_t threads) {
  double* scores = allocate(text_count, sizeof *scores);
  uint32_t* words = allocate(text_count, sizeof *words);
  uint32_t* unknown = allocate(text_count, sizeof *unknown);
  CHECK(hoshi_score_utf16(model, units, offsets, text_count, threads, scores, words, unknown) == HOSHI_OK);
  check_scores(scores);
  for (size_t i = 0; i < text_count; ++i) CHECK(unknown[i] <= words[i]);
  memset(scores, 0, text_count * sizeof *scores);
  CHECK(hoshi_score_utf16(model, units, offsets, text_count, threads, scores, NULL, NULL) == HOSHI_OK);
  check_scores(scores);
  free(scores);
  free(words);
  free(unknown);
}

/* One text, of those that UTF-8 can write. */
static size_t utf8_of(size_t text, char* bytes) {
  size_t size = 0;
  for (uint64_t i = offsets[text]; i < offsets[text + 1]; ++i) {
    uint32_t code = units[i];
    if (code >= 0xd800 && code < 0xe000) {
      if (code >= 0xdc00 || i + 1 == offsets[text + 1] || (units[i + 1] & 0xfc00) != 0xdc00) return SIZE_MAX;
      code = 0x10000 + ((code & 0x3ff) << 10) + (units[++i] & 0x3ff);
    }
    if (code < 0x80) {
      bytes[size++] = (char)code;
    } else {
      int length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      bytes[size++] = (char)((0xf00 >> length & 0xff) | code >> 6 * (length - 1));
      for (int k = length - 2; k >= 0; --k) bytes[size++] = (char)(0x80 | (code >> 6 * k & 0x3f));
    }
  }
  return size;
}

static void check_utf8(hoshi_model* model) {
  size_t compared = 0;
  for (size_t i = 0; i < text_count; ++i) {
    char* bytes = allocate(3 * (offsets[i + 1] - offsets[i]), 1);
    uint64_t ends[2] = {0, utf8_of(i, bytes)};
    double score = 0;
    if (ends[1] != SIZE_MAX) {
      CHECK(hoshi_score_utf8(model, bytes, ends, 1, 1, &score, NULL, NULL) == HOSHI_OK);
      CHECK(memcmp(&score, &expected[i], sizeof score) == 0);
      ++compared;
    }
    free(bytes);
  }
  CHECK(compared > text_count / 2);
  static const char* const invalid[] = {
      "\x80", "\xc1\xbf", "\xe3\x81", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\xe0\x9f\x80"};
  for (size_t i = 0; i < sizeof invalid / sizeof *invalid; ++i) {
    /* The exact size on the heap: the sanitizer sees a byte that is read too far. */
    size_t size = strlen(invalid[i]);
    char* bytes = malloc(size);
    uint64_t ends[2] = {0, size};
    double score = 9;
    if (bytes == NULL) exit(2);
    memcpy(bytes, invalid[i], size);
    CHECK(hoshi_score_utf8(model, bytes, ends, 1, 1, &score, NULL, NULL) == HOSHI_TEXT);
    CHECK(score == 9 && strstr(hoshi_last_error(), "UTF-8") != NULL);
    free(bytes);
  }
}

static void check_explanations(const hoshi_model* model, const hoshi_contributions* contributions) {
  for (size_t i = 0; i < text_count; i += 7) {
    hoshi_explanation* explanation = NULL;
    CHECK(hoshi_explain_utf16(model, contributions, units + offsets[i], offsets[i + 1] - offsets[i],
                              &explanation) == HOSHI_OK);
    double score = hoshi_map_sum(model, explanation->sum);
    CHECK(memcmp(&score, &expected[i], sizeof score) == 0);
    double sum = explanation->base + explanation->absent;
    size_t lines = explanation->term_count > 0;
    for (size_t k = 0; k < explanation->term_count; ++k) sum += explanation->contributions[k];
    for (size_t k = 0; k < explanation->terms_size; ++k) lines += explanation->terms[k] == '\n';
    CHECK(lines == explanation->term_count);
    CHECK(sum - explanation->sum < 1e-9 && explanation->sum - sum < 1e-9);
    size_t occurrences =
        explanation->term_count == 0 ? 0 : explanation->occurrence_ends[explanation->term_count - 1];
    for (size_t k = 0; k < occurrences; ++k) {
      CHECK(explanation->offsets[2 * k] < explanation->offsets[2 * k + 1]);
      CHECK(explanation->offsets[2 * k + 1] <= offsets[i + 1] - offsets[i]);
    }
    hoshi_explanation_free(explanation);
  }
}

static void check_tokens(const hoshi_model* model) {
  for (size_t i = 0; i < text_count; i += 3) {
    hoshi_tokens* tokens = NULL;
    size_t size = offsets[i + 1] - offsets[i];
    CHECK(hoshi_tokenize_utf16(model, units + offsets[i], size, &tokens) == HOSHI_OK);
    CHECK((tokens->count == 0) == (tokens->normalized_size == 0));
    for (size_t k = 0; k < tokens->count; ++k) {
      CHECK(tokens->ends[k] > (k == 0 ? 0 : tokens->ends[k - 1]));
      CHECK(tokens->text_starts[k] < tokens->text_ends[k] && tokens->text_ends[k] <= size);
      CHECK(tokens->parts_of_speech[k] <= 13);
    }
    if (tokens->count > 0) CHECK(tokens->ends[tokens->count - 1] == tokens->normalized_size);
    hoshi_tokens_free(tokens);
  }
}

static void check_errors(hoshi_model* model, const hoshi_model_source* right,
                         const hoshi_contributions* contributions) {
  hoshi_model* none = NULL;
  hoshi_contributions* no_contributions = NULL;
  hoshi_explanation* explanation = NULL;
  hoshi_tokens* tokens = NULL;
  double score = 9;
  uint16_t a = 'a';
  uint64_t one[2] = {0, 1}, descending[2] = {1, 0}, huge[2] = {0, (uint64_t)1 << 40};
  hoshi_model_source wrong = *right;
  CHECK(hoshi_model_load(NULL, &none) == HOSHI_ARGUMENT);
  CHECK(hoshi_model_load(right, NULL) == HOSHI_ARGUMENT);
  wrong.vocabulary = NULL;
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_ARGUMENT);
  wrong = *right;
  wrong.forest = right->vocabulary;
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_TABLES);
  CHECK(strstr(hoshi_last_error(), right->vocabulary) != NULL);
  wrong = *right;
  wrong.dictionary = "/no/such/file";
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_TABLES &&
        strstr(hoshi_last_error(), "/no/such/file") != NULL);
  wrong = *right;
  wrong.knot_count = 1;
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_ARGUMENT);
  wrong = *right;
  wrong.slope_count = right->slope_count - 1;
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_ARGUMENT);
  static const uint8_t twice[] = {2, 2}, unknown[] = {7};
  wrong = *right;
  wrong.steps = twice;
  wrong.step_count = 2;
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_ARGUMENT);
  wrong.steps = unknown;
  wrong.step_count = 1;
  CHECK(hoshi_model_load(&wrong, &none) == HOSHI_ARGUMENT);
  CHECK(none == NULL);
  CHECK(hoshi_score_utf16(NULL, &a, one, 1, 1, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, NULL, one, 1, 1, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, &a, NULL, 1, 1, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, &a, one, 1, 1, NULL, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, &a, descending, 1, 1, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, &a, huge, 1, 1, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, &a, one, 1, 0, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(hoshi_score_utf16(model, &a, one, 1, 1025, &score, NULL, NULL) == HOSHI_ARGUMENT);
  CHECK(score == 9);
  CHECK(hoshi_score_utf16(model, NULL, NULL, 0, 1, NULL, NULL, NULL) == HOSHI_OK);
  CHECK(hoshi_contributions_load("/no/such/file", &no_contributions) == HOSHI_TABLES);
  CHECK(hoshi_contributions_load(NULL, &no_contributions) == HOSHI_ARGUMENT);
  CHECK(hoshi_explain_utf16(model, NULL, &a, 1, &explanation) == HOSHI_ARGUMENT);
  CHECK(hoshi_explain_utf16(model, contributions, NULL, 1, &explanation) == HOSHI_ARGUMENT);
  CHECK(hoshi_tokenize_utf16(model, &a, (size_t)1 << 40, &tokens) == HOSHI_ARGUMENT);
  CHECK(explanation == NULL && tokens == NULL && no_contributions == NULL);
  CHECK(hoshi_model_identity(NULL, HOSHI_TABLE_FOREST, NULL) == NULL);
  hoshi_model_free(NULL);
  hoshi_contributions_free(NULL);
  hoshi_explanation_free(NULL);
  hoshi_tokens_free(NULL);
  hoshi_model_after_fork(NULL);
}

static void* score_on_thread(void* model) {
  for (int i = 0; i < 3; ++i) check_utf16(model, 2);
  return NULL;
}

static void check_threads_and_fork(hoshi_model* model) {
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) CHECK(pthread_create(&threads[i], NULL, score_on_thread, model) == 0);
  int forks = 5;
#ifdef __SANITIZE_ADDRESS__
  forks = 0; /* the child of a process with threads may hang in the sanitizer's own allocator */
#endif
  for (int i = 0; i < forks; ++i) { /* while the threads take and give back locks */
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      hoshi_model_after_fork(model);
      check_utf16(model, 2);
      _exit(0);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
  for (int i = 0; i < 4; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  CHECK(hoshi_abi_version() == HOSHI_ABI_VERSION);
  CHECK(strcmp(hoshi_last_error(), "") == 0);
  read_expected(argv[6]);
  hoshi_model_source source = {argv[1], argv[2],    argv[3],    argv[4],    steps,         step_count,
                               map_raw, map_scores, knot_count, map_slopes, knot_count - 1};
  for (int i = 0; i < 3; ++i) { /* later ones find what an earlier one left behind */
    hoshi_model* model = NULL;
    hoshi_contributions* contributions = NULL;
    CHECK(hoshi_model_load(&source, &model) == HOSHI_OK);
    CHECK(hoshi_contributions_load(argv[5], &contributions) == HOSHI_OK);
    size_t size = 0, other_size = 0;
    const char* identity = hoshi_model_identity(model, HOSHI_TABLE_FOREST, &size);
    const char* other = hoshi_contributions_identity(contributions, &other_size);
    CHECK(size == 64 && other_size == 64 && memcmp(identity, other, 64) == 0);
    CHECK(strncmp(hoshi_model_identity(model, HOSHI_TABLE_DICTIONARY, &size), "kuromoji ", 9) == 0);
    for (uint32_t threads = 1; threads <= 3; ++threads) check_utf16(model, threads);
    check_utf8(model);
    check_explanations(model, contributions);
    check_tokens(model);
    check_errors(model, &source, contributions);
    if (i == 0) check_threads_and_fork(model);
    hoshi_contributions_free(contributions);
    hoshi_model_free(model);
  }
  free(expected);
  free(units);
  free(offsets);
  printf("%d checks passed\n", checks);
  return 0;
}
