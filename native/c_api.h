/* The native engine behind a C ABI: text → score, tokens and explanations, without Node. python/ is its first
 * caller. A program in C, or in a language that can call C, loads libhoshi.so and needs nothing else.
 *
 * Ownership. Whoever gets a handle or a result frees it by the function beside it; NULL is allowed there. The
 * library keeps no pointer of the caller after a call returns: paths, texts and arrays may be freed then.
 *
 * Errors. A function that can fail returns a hoshi_status. If it is not HOSHI_OK, the outputs are unchanged
 * (but the arrays of scores may be partly written), and hoshi_last_error() has a message. No C++ exception
 * leaves the library.
 *
 * Threads. Models and contributions are immutable. Any number of threads may use one at the same time. A
 * handle may be freed when no call uses it. A call of hoshi_score_… starts the threads that it uses and joins
 * them before it returns, so no thread of the library lives between calls. After fork(), the child calls
 * hoshi_model_after_fork for each model, because another thread may have held a lock of it.
 *
 * Texts. UTF-16 in the byte order of the machine: any units are allowed, lone surrogates and U+0000 included.
 * UTF-8: it must be valid. Text i is [offsets[i], offsets[i + 1]) in units (UTF-16) or bytes (UTF-8); so
 * there are count + 1 offsets, and none is below the one before it. A text has fewer than 2^31 units.
 *
 * Compatibility. HOSHI_ABI_VERSION changes if a caller of an older header would break. Functions may be added
 * without that. */
#ifndef HOSHI_C_API_H_
#define HOSHI_C_API_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define HOSHI_API __attribute__((visibility("default")))
#else
#define HOSHI_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define HOSHI_ABI_VERSION 1

typedef enum hoshi_status {
  HOSHI_OK = 0,
  HOSHI_ARGUMENT = 1,  /* the caller passed something that the comments here exclude */
  HOSHI_TABLES = 2,    /* a file is missing, damaged, of another kind, or does not fit the others */
  HOSHI_MEMORY = 3,    /* out of memory */
  HOSHI_PROCESSOR = 4, /* the processor lacks an instruction: x86-64-v2 is needed */
  HOSHI_TEXT = 5       /* a text is not valid UTF-8 */
} hoshi_status;

/* A model with its dictionary, from text to score. */
typedef struct hoshi_model hoshi_model;
/* The tables that explanations need in addition. */
typedef struct hoshi_contributions hoshi_contributions;

/* The steps of the normalizer, by their numbers in native/normalizer/normalizer.h. */
enum {
  HOSHI_STEP_EMOJI = 0,
  HOSHI_STEP_DASHES = 1,
  HOSHI_STEP_NFKC = 2,
  HOSHI_STEP_PUNCTUATION = 3,
  HOSHI_STEP_REPEATS = 4,
  HOSHI_STEP_ELONGATION = 5,
  HOSHI_STEP_SPELLING = 6
};

/* Where a model is loaded from. Paths end with a NUL. `hoshi compile` writes the files of a bundle, and
 * `hoshi compile-dictionary` the other two. The score map is that of the manifest (native/score_map.h). */
typedef struct hoshi_model_source {
  const char* dictionary; /* ipadic.bin, or dictionary.bin of a bundle with a user dictionary */
  const char* normalizer; /* normalizer.bin; NULL if the bundle has no normalizer */
  const char* vocabulary; /* vocabulary.bin of the bundle */
  const char* forest;     /* forest.bin of the bundle */
  const uint8_t* steps;   /* of the normalizer, ascending */
  size_t step_count;
  const double* raw;    /* ascending, at least two: raw sums. Without an end map, the score range */
  const double* scores; /* as many as raw, not descending */
  size_t knot_count;
  const double* slopes; /* one fewer than raw, or none: then a sum between the ends is its own score */
  size_t slope_count;
} hoshi_model_source;

typedef enum hoshi_table {
  HOSHI_TABLE_DICTIONARY = 0,
  HOSHI_TABLE_NORMALIZER = 1,
  HOSHI_TABLE_VOCABULARY = 2,
  HOSHI_TABLE_FOREST = 3
} hoshi_table;

/* HOSHI_ABI_VERSION of the library. Compare it before any other call. */
HOSHI_API uint32_t hoshi_abi_version(void);

/* The message of the calling thread's last error: what was expected, where, and what was found. UTF-8, ends
 * with a NUL, valid until the thread's next call that fails. */
HOSHI_API const char* hoshi_last_error(void);

/* Maps the files and checks each index in them once. The files must not be overwritten while the model is in
 * use; replacing them by other files (rename) is fine. */
HOSHI_API hoshi_status hoshi_model_load(const hoshi_model_source* source, hoshi_model** model);
HOSHI_API void hoshi_model_free(hoshi_model* model);
HOSHI_API void hoshi_model_after_fork(hoshi_model* model);

/* The origin of a file of the model: what it was compiled from. The caller compares it with the manifest.
 * UTF-8 of *size bytes, with a NUL after them. NULL without such a file. Valid as long as the model. */
HOSHI_API const char* hoshi_model_identity(const hoshi_model* model, hoshi_table table, size_t* size);

/* Scores `count` texts on up to `threads` threads (1 to 1024), the calling one included. scores[i] is the
 * score of text i. words[i] and unknown_words[i] are its words and those that are not a term of the model on
 * their own; both arrays may be NULL. */
HOSHI_API hoshi_status hoshi_score_utf16(hoshi_model* model, const uint16_t* units, const uint64_t* offsets,
                                         size_t count, uint32_t threads, double* scores, uint32_t* words,
                                         uint32_t* unknown_words);
HOSHI_API hoshi_status hoshi_score_utf8(hoshi_model* model, const char* bytes, const uint64_t* offsets,
                                        size_t count, uint32_t threads, double* scores, uint32_t* words,
                                        uint32_t* unknown_words);

/* The score map of the model: raw sum → score. */
HOSHI_API double hoshi_map_sum(const hoshi_model* model, double sum);

/* Loads contributions.bin of a bundle. Its identity is that of the forest. */
HOSHI_API hoshi_status hoshi_contributions_load(const char* path, hoshi_contributions** contributions);
HOSHI_API void hoshi_contributions_free(hoshi_contributions* contributions);
HOSHI_API const char* hoshi_contributions_identity(const hoshi_contributions* contributions, size_t* size);

/* base + absent + all contributions = sum, up to rounding. The terms are in the order of |contribution|, from
 * the largest. All numbers are in stars. */
typedef struct hoshi_explanation {
  double sum, base, absent;
  size_t term_count;
  const char* terms; /* UTF-8, with '\n' between the terms and a NUL at the end */
  size_t terms_size; /* in bytes, without that NUL */
  const double* values;
  const double* contributions;
  const uint32_t* offsets;         /* start and end of each occurrence, in units of the text */
  const uint32_t* occurrence_ends; /* by term: the occurrences of this term and of those before */
} hoshi_explanation;

HOSHI_API hoshi_status hoshi_explain_utf16(const hoshi_model* model, const hoshi_contributions* contributions,
                                           const uint16_t* units, size_t size,
                                           hoshi_explanation** explanation);
HOSHI_API void hoshi_explanation_free(hoshi_explanation* explanation);

/* The tokens of a text after normalization. Token i is [ends[i - 1], ends[i]) of the normalized text, and
 * [text_starts[i], text_ends[i]) of the caller's text. Its base form is [base_ends[i - 1], base_ends[i]) of
 * base_forms; an empty one is the surface form. Everything is in UTF-16 units. */
typedef struct hoshi_tokens {
  size_t count;
  const uint16_t* normalized;
  size_t normalized_size;
  const uint32_t* ends;
  const uint32_t* text_starts;
  const uint32_t* text_ends;
  const uint8_t* parts_of_speech; /* by the order of native/dictionary.h */
  const uint16_t* base_forms;
  const uint32_t* base_ends;
} hoshi_tokens;

HOSHI_API hoshi_status hoshi_tokenize_utf16(const hoshi_model* model, const uint16_t* units, size_t size,
                                            hoshi_tokens** tokens);
HOSHI_API void hoshi_tokens_free(hoshi_tokens* tokens);

#ifdef __cplusplus
}
#endif

#endif /* HOSHI_C_API_H_ */
