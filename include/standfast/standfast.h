// Standfast from C: load a model, score inputs, certify verdicts, attack them, confirm certificates.
//
//     standfast_classifier* classifier = NULL;
//     if (standfast_load_file(path, NULL, &classifier) != STANDFAST_OK) return fail();
//
// and, if it has as many features as the inputs,
//
//     const double norms[] = {1, 2};
//     standfast_certify_options options = {.size = sizeof options};
//     options.norms = norms;
//     options.norm_count = 2;
//     uint8_t verdicts[INPUTS];
//     double radii[INPUTS][2];
//     standfast_certificates found = {.size = sizeof found};
//     found.verdicts = verdicts;
//     found.radii = &radii[0][0];
//     if (standfast_certify(classifier, &inputs[0][0], INPUTS, &options, &found) != STANDFAST_OK) return fail();
//     for (size_t i = 0; i < INPUTS; ++i) {
//       if (verdicts[i] != STANDFAST_SENSITIVE) continue;
//       printf("input %zu: alarm, l1 radius %.17g, l2 radius %.17g\n", i, radii[i][0], radii[i][1]);
//     }
//     standfast_free(classifier);
//
// A classifier is a loaded model. Its logit is f(x), and its verdict is the sensitive class, an alarm, if the logit is
// above 0. standfast_certify gives each alarm a radius per norm: no allowed change of a smaller price flips the
// verdict. A standfast_threat says which changes are allowed and what they cost; without one every feature may change
// by any amount, at a price of 1 per unit, and a category of a table to any other value, at a price of 1. What a radius
// is worth is the guarantee; by default it is a theorem about the stored weights, proven and rounded down. The numbers
// are those of the command line, to the last bit.
//
// Calling. Every function that can fail returns a standfast_status: STANDFAST_OK, or a number that says what kind of
// thing went wrong. standfast_last_error() has the sentence, for each thread its own. A call that fails writes nothing
// into the caller's memory (one that was stopped writes the rows that it finished). No exception leaves a function, and
// none prints, raises a signal or ends the program.
//
// Inputs are float32 rows of dim values, one after the other (C order): `rows` is (count, dim). Results go into arrays
// of the caller, (count) or (count, norm_count), one row per input and one column per norm. A row with a NaN or an
// infinity is refused, by its index. count may be 0; then the arrays may be NULL.
//
// Threads. A classifier and a threat never change: any number of threads may use one at a time. Only freeing it must
// wait until nobody uses it. The calls themselves share their work among `threads` threads, which end before the call
// does; 0 means one per core. Results are the same bits whatever the batch and the number of threads.
//
// Compatibility. Functions, fields and numbers of this file are never changed or removed under one STANDFAST_ABI. The
// structs grow at their ends: `size`, the first field of each, says how much of it the caller knows. A struct is
// therefore initialised as above (in C++ `standfast_certify_options options{}; options.size = sizeof options;`):
// everything else becomes 0, and 0 always asks for the default. A library that is older than its caller refuses fields
// that it does not know, unless they are 0.
//
// What is not checked, because nobody can: that a pointer points to as much memory as the call says, and that a handle
// is not freed already. NULL and a misaligned pointer are refused.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The names are those of C.
// NOLINTBEGIN(readability-identifier-naming)

#if defined(__GNUC__)
#define STANDFAST_API __attribute__((visibility("default")))
#else
#define STANDFAST_API
#endif
#ifdef __cplusplus
#define STANDFAST_NOEXCEPT noexcept
extern "C" {
#else
#define STANDFAST_NOEXCEPT
#endif

/// The number of this interface, and of the shared library's soname: libstandfast_c.so.1.
#define STANDFAST_ABI 1

/// What a call came to. The numbers 1 to 8 are those of ErrorCode in standfast/result.hpp, plus 1.
typedef int32_t standfast_status;
enum {
  STANDFAST_OK = 0,             ///< It is done.
  STANDFAST_IO = 1,             ///< A file cannot be opened, read or written.
  STANDFAST_BAD_FORMAT = 2,     ///< The bytes are not what their format allows.
  STANDFAST_BAD_SHAPE = 3,      ///< A length or a shape does not match.
  STANDFAST_BAD_VALUE = 4,      ///< A value is outside its range, NaN or infinite.
  STANDFAST_BAD_OPTION = 5,     ///< A request makes no sense: NULL where something is needed, an unknown method.
  STANDFAST_NOT_CONVEX = 6,     ///< The network is not input-convex.
  STANDFAST_UNSUPPORTED = 7,    ///< The request is valid, but this version cannot do it.
  STANDFAST_ENVIRONMENT = 8,    ///< The processor's floating-point mode is wrong (V0 in docs/certificates.md).
  STANDFAST_OUT_OF_MEMORY = 9,  ///< The system has no more memory to give.
  STANDFAST_INTERNAL = 10,      ///< A fault of this library.
  STANDFAST_STOPPED = 11,       ///< The caller's `stop` said so; the first `done` rows are finished.
  STANDFAST_REFUSED = 12        ///< A certificate does not hold.
};

/// The sentence of the last call in this thread that failed: the place, what was found, what was expected. UTF-8, less
/// than 1,024 bytes; empty if none has failed. Valid until another call in this thread fails. Never NULL.
STANDFAST_API const char* standfast_last_error(void) STANDFAST_NOEXCEPT;
/// The status of that call; STANDFAST_OK if none has failed.
STANDFAST_API standfast_status standfast_last_status(void) STANDFAST_NOEXCEPT;
/// The release of the library, such as "0.1.0".
STANDFAST_API const char* standfast_version(void) STANDFAST_NOEXCEPT;
/// The STANDFAST_ABI that the library was built with.
STANDFAST_API int32_t standfast_abi(void) STANDFAST_NOEXCEPT;

// ---------------------------------------------------------------------------------------------------- a model

/// A loaded model. It never changes.
typedef struct standfast_classifier standfast_classifier;

/// How to load a model.
typedef struct standfast_load_options {
  size_t size;             ///< sizeof(standfast_load_options)
  double logit_threshold;  ///< The alarm is raised for logits above it, such as an operating point of `evaluate`.
} standfast_load_options;

/// Reads a model file as hostile input; options may be NULL. standfast_free() takes the handle back.
///
/// Fails: STANDFAST_IO if the file cannot be read; STANDFAST_BAD_FORMAT, _BAD_SHAPE and _BAD_VALUE, naming the place;
/// STANDFAST_NOT_CONVEX, naming the node; STANDFAST_UNSUPPORTED; STANDFAST_BAD_OPTION for a threshold out of range.
STANDFAST_API standfast_status standfast_load_file(const char* path, const standfast_load_options* options,
                                                   standfast_classifier** classifier) STANDFAST_NOEXCEPT;
/// The same from the bytes of a model file, which may be freed afterwards.
STANDFAST_API standfast_status standfast_load_memory(const void* bytes, size_t length,
                                                     const standfast_load_options* options,
                                                     standfast_classifier** classifier) STANDFAST_NOEXCEPT;
/// Frees a classifier; NULL is allowed. Nobody may use it at the time or afterwards.
STANDFAST_API void standfast_free(standfast_classifier* classifier) STANDFAST_NOEXCEPT;

/// What a model is. Everything pointed to belongs to the classifier and lives as long.
typedef struct standfast_description {
  size_t size;                       ///< sizeof(standfast_description), from the caller
  size_t dim;                        ///< The number of features of an input.
  size_t rank;                       ///< The length of shape.
  const int64_t* shape;              ///< (rank): the shape of an input; its product is dim.
  const char* kind;                  ///< What inputs are: "table", "image" (rank 3: channels, height, width) or "text".
  const char* tokenizer;             ///< What makes the features of texts, such as "words/1"; "" for other inputs.
  const char* sensitive_class;       ///< The class that is certified.
  const char* other_class;           ///< The class that is left.
  const char* const* feature_names;  ///< (dim), or NULL if they have none.
  const char* const* feature_units;  ///< (dim), or NULL.
  const double* domain_lower;        ///< (dim): the lowest valid values, or NULL. Certificates do not use them.
  const double* domain_upper;        ///< (dim): the highest valid values, or NULL.
  size_t parameters;                 ///< The number of weights and biases.
  const char* sha256;                ///< The hash of the file's bytes, 64 hexadecimal digits; "" if there is none.
  double logit_error;                ///< A bound on |logit - f(x)| over the domain; infinite without one.
  float threshold;                   ///< What is subtracted from the score to make the logit.
  int32_t certifies_both;            ///< 1 if both verdicts can be certified, otherwise 0.
} standfast_description;

/// Fills in the description, of which size must be set.
STANDFAST_API standfast_status standfast_describe(const standfast_classifier* classifier,
                                                  standfast_description* description) STANDFAST_NOEXCEPT;

/// The logits of rows (count, dim), into logits (count). Where the network overflows, a logit is NaN: no verdict.
///
/// Fails: STANDFAST_BAD_VALUE for NaN or infinity in an input, STANDFAST_BAD_SHAPE if count * dim is no size of memory.
STANDFAST_API standfast_status standfast_score(const standfast_classifier* classifier, const float* rows, size_t count,
                                               size_t threads, float* logits) STANDFAST_NOEXCEPT;

// ---------------------------------------------------------------------------------------------------- the attacker

/// What an attacker may do, and what it costs. Made for the features of one classifier; it never changes.
typedef struct standfast_threat standfast_threat;

/// Reads a threat file (docs/threat-files.md).
///
/// Fails: STANDFAST_IO; STANDFAST_BAD_FORMAT, _BAD_VALUE, _BAD_SHAPE, _UNSUPPORTED, naming the line;
/// STANDFAST_BAD_OPTION for a feature that the model does not have.
STANDFAST_API standfast_status standfast_threat_from_file(const standfast_classifier* classifier, const char* path,
                                                          standfast_threat** threat) STANDFAST_NOEXCEPT;
/// The same from the text of a threat file: `length` bytes of UTF-8.
STANDFAST_API standfast_status standfast_threat_from_text(const standfast_classifier* classifier, const char* text,
                                                          size_t length, standfast_threat** threat) STANDFAST_NOEXCEPT;
/// Every feature keeps to [lower, upper], at a price of 1 per unit: `--domain` of the command line.
STANDFAST_API standfast_status standfast_threat_from_domain(const standfast_classifier* classifier, double lower,
                                                            double upper, standfast_threat** threat) STANDFAST_NOEXCEPT;
/// "words" or "added-words": a price per word of a text that is added or removed, or may only be added.
///
/// Fails: STANDFAST_BAD_OPTION for another name, and if the model does not read text.
STANDFAST_API standfast_status standfast_threat_from_name(const standfast_classifier* classifier, const char* name,
                                                          standfast_threat** threat) STANDFAST_NOEXCEPT;
/// Frees a threat; NULL is allowed.
STANDFAST_API void standfast_threat_free(standfast_threat* threat) STANDFAST_NOEXCEPT;

// ---------------------------------------------------------------------------------------------------- certificates

/// How hard to look for a large radius (Method in standfast/classifier.hpp). 0 means STANDFAST_SEPARABLE.
enum { STANDFAST_CLOSED_FORM = 1, STANDFAST_SEPARABLE = 2, STANDFAST_REFINED = 3, STANDFAST_EXACT = 4 };
/// What a radius is worth: nothing proven; a theorem about the stored weights; also about the printed verdict. 0 means
/// STANDFAST_REAL.
enum { STANDFAST_NONE = 1, STANDFAST_REAL = 2, STANDFAST_DEPLOYED = 3 };
/// The arithmetic of the proof; a radius is a theorem in either. 0 means STANDFAST_FLOAT64.
enum { STANDFAST_FLOAT64 = 1, STANDFAST_FLOAT32 = 2 };
/// A verdict. STANDFAST_NO_VERDICT: the logit is NaN, and nothing is claimed.
enum { STANDFAST_OTHER = 0, STANDFAST_SENSITIVE = 1, STANDFAST_NO_VERDICT = 2 };

/// What to certify, against whom, and how.
typedef struct standfast_certify_options {
  size_t size;                     ///< sizeof(standfast_certify_options)
  const double* norms;             ///< (norm_count): exponents p: 0, 1, 2 or INFINITY; closed form: any p >= 1.
  size_t norm_count;               ///< At most 16; 0 means the three norms 1, 2 and infinity.
  int32_t method;                  ///< How to look for a radius.
  int32_t guarantee;               ///< What a radius shall be worth.
  int32_t precision;               ///< The arithmetic of the proof.
  int32_t both_classes;            ///< 1: certify `other` verdicts, too; needs certifies_both.
  const standfast_threat* threat;  ///< What the attacker may do; NULL: any change, as said above.
  size_t passes;                   ///< Refined and exact: the most minorants per input and norm; 0 means 5 and 60.
  double gap;                      ///< Exact: the search ends if radius >= (1 - gap) attack; 0 means 0.01.
  size_t threads;                  ///< The number of threads; 0 means one per core.
  int32_t (*stop)(void* user);     ///< Asked now and then, from several threads at once; not 0 ends the call. Or NULL.
  void* user;                      ///< What `stop` is called with.
} standfast_certify_options;

/// Where the results go. An array that is NULL is left out.
typedef struct standfast_certificates {
  size_t size;        ///< sizeof(standfast_certificates)
  float* logits;      ///< (count): as standfast_score.
  uint8_t* verdicts;  ///< (count): STANDFAST_OTHER, STANDFAST_SENSITIVE or STANDFAST_NO_VERDICT.
  double* radii;      ///< (count, norm_count): 0 if nothing is certified; infinite if no allowed change flips it.
  double* slack;      ///< (count): how far below 0 the logit of an alarm may lie: 0 but for STANDFAST_DEPLOYED.
  double* attacks;    ///< (count, norm_count): prices of changes that flip alarms; infinite if none was found. Asking
                      ///< for them starts a search, which takes milliseconds per input.
  size_t done;        ///< From the call: how many rows are filled in; count, unless it was stopped.
} standfast_certificates;

/// The verdicts of rows (count, dim), and a radius for each alarm inside which it cannot change. options may be NULL.
///
/// Fails: STANDFAST_BAD_VALUE and STANDFAST_BAD_SHAPE for inputs, as standfast_score; STANDFAST_BAD_OPTION for options
/// that are unknown or do not go together; STANDFAST_UNSUPPORTED for a network that the method cannot handle;
/// STANDFAST_ENVIRONMENT; STANDFAST_STOPPED.
STANDFAST_API standfast_status standfast_certify(const standfast_classifier* classifier, const float* rows,
                                                 size_t count, const standfast_certify_options* options,
                                                 standfast_certificates* certificates) STANDFAST_NOEXCEPT;

/// Where the certificate of one alarm is weakest: the worst change of that price. row and change are (dim); radius and
/// change may be NULL; threat may be NULL. For an `other` verdict both are 0.
///
/// Fails: as standfast_certify; STANDFAST_BAD_OPTION for a norm other than 0, 1, 2 and infinity.
STANDFAST_API standfast_status standfast_explain(const standfast_classifier* classifier, const float* row, double norm,
                                                 const standfast_threat* threat, double* radius,
                                                 double* change) STANDFAST_NOEXCEPT;

/// What to attack, and how long to try.
typedef struct standfast_attack_options {
  size_t size;                     ///< sizeof(standfast_attack_options)
  const double* norms;             ///< (norm_count): exponents 0, 1, 2 or INFINITY.
  size_t norm_count;               ///< At most 16; 0 means the three norms 1, 2 and infinity.
  const standfast_threat* threat;  ///< What the attacker may do; NULL: any change, at a price of 1 per unit.
  size_t restarts;                 ///< Random starts per input and norm; 0 means 4.
  uint64_t seed;                   ///< The seed of the random starts; 0 means 1.
  size_t threads;                  ///< The number of threads; 0 means one per core.
} standfast_attack_options;

/// Where adversarial inputs go. An array that is NULL is left out.
typedef struct standfast_attacks {
  size_t size;        ///< sizeof(standfast_attacks)
  float* logits;      ///< (count): the logits of the inputs themselves.
  double* distances;  ///< (count, norm_count): prices, rounded up; infinite if none was found; 0 for `other` verdicts.
  float* inputs;      ///< (count, norm_count, dim): the adversarial inputs; the input itself if there is none.
  float* attack_logits;  ///< (count, norm_count): the logits of `inputs`.
} standfast_attacks;

/// The smallest changes found that flip the alarms: no certified radius is larger. options may be NULL.
///
/// Fails: as standfast_certify, but never STANDFAST_STOPPED.
STANDFAST_API standfast_status standfast_attack(const standfast_classifier* classifier, const float* rows, size_t count,
                                                const standfast_attack_options* options,
                                                standfast_attacks* attacks) STANDFAST_NOEXCEPT;

/// What became of a file of certificates.
typedef struct standfast_confirmation {
  size_t size;          ///< sizeof(standfast_confirmation), from the caller
  size_t inputs;        ///< The number of inputs in the file.
  size_t certificates;  ///< The number of their certificates.
  size_t confirmed;     ///< How many of these were proven again.
} standfast_confirmation;

/// Proves again what a file of certificates claims (docs/certificate-files.md), and believes nothing in it.
///
/// rows (count, dim) are the inputs that it must be about: its input with the index i is compared with row i, to the
/// bit. rows may be NULL with a count of 0: then it speaks for the inputs that it holds itself. threat, if not NULL, is
/// what the certificates must be under. confirmation may be NULL; it is filled in for STANDFAST_OK and
/// STANDFAST_REFUSED. STANDFAST_OK means that all hold; a file without certificates claims nothing, and is confirmed.
///
/// Fails: STANDFAST_REFUSED if a certificate does not hold, or is about another model, input or threat: the sentence
/// names the first one; STANDFAST_IO, and STANDFAST_BAD_FORMAT, _BAD_SHAPE, _BAD_VALUE and _UNSUPPORTED for what is not
/// such a file, naming the line.
STANDFAST_API standfast_status standfast_confirm_file(const standfast_classifier* classifier, const char* path,
                                                      const float* rows, size_t count, const standfast_threat* threat,
                                                      standfast_confirmation* confirmation) STANDFAST_NOEXCEPT;
/// The same from the bytes of such a file.
STANDFAST_API standfast_status standfast_confirm_memory(const standfast_classifier* classifier, const void* bytes,
                                                        size_t length, const float* rows, size_t count,
                                                        const standfast_threat* threat,
                                                        standfast_confirmation* confirmation) STANDFAST_NOEXCEPT;

#ifdef __cplusplus
}  // extern "C"
#endif

// NOLINTEND(readability-identifier-naming)
