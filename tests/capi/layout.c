// The header is C11, and its structs lie in memory as every release since the first has laid them (64-bit systems).
#include <stdint.h>

#include "standfast/standfast.h"

#define AT(type, field, place) _Static_assert(offsetof(type, field) == (place), #type "." #field " has moved")
#define FIRST_SIZE(type, bytes) _Static_assert(sizeof(type) >= (bytes), #type " has shrunk")

#if UINTPTR_MAX == UINT64_MAX
AT(standfast_load_options, logit_threshold, 8);
FIRST_SIZE(standfast_load_options, 16);

AT(standfast_description, dim, 8);
AT(standfast_description, rank, 16);
AT(standfast_description, shape, 24);
AT(standfast_description, kind, 32);
AT(standfast_description, tokenizer, 40);
AT(standfast_description, sensitive_class, 48);
AT(standfast_description, other_class, 56);
AT(standfast_description, feature_names, 64);
AT(standfast_description, feature_units, 72);
AT(standfast_description, domain_lower, 80);
AT(standfast_description, domain_upper, 88);
AT(standfast_description, parameters, 96);
AT(standfast_description, sha256, 104);
AT(standfast_description, logit_error, 112);
AT(standfast_description, threshold, 120);
AT(standfast_description, certifies_both, 124);
FIRST_SIZE(standfast_description, 128);

AT(standfast_certify_options, norms, 8);
AT(standfast_certify_options, norm_count, 16);
AT(standfast_certify_options, method, 24);
AT(standfast_certify_options, guarantee, 28);
AT(standfast_certify_options, precision, 32);
AT(standfast_certify_options, both_classes, 36);
AT(standfast_certify_options, threat, 40);
AT(standfast_certify_options, passes, 48);
AT(standfast_certify_options, gap, 56);
AT(standfast_certify_options, threads, 64);
AT(standfast_certify_options, stop, 72);
AT(standfast_certify_options, user, 80);
FIRST_SIZE(standfast_certify_options, 88);

AT(standfast_certificates, logits, 8);
AT(standfast_certificates, verdicts, 16);
AT(standfast_certificates, radii, 24);
AT(standfast_certificates, slack, 32);
AT(standfast_certificates, attacks, 40);
AT(standfast_certificates, done, 48);
FIRST_SIZE(standfast_certificates, 56);

AT(standfast_attack_options, norms, 8);
AT(standfast_attack_options, norm_count, 16);
AT(standfast_attack_options, threat, 24);
AT(standfast_attack_options, restarts, 32);
AT(standfast_attack_options, seed, 40);
AT(standfast_attack_options, threads, 48);
FIRST_SIZE(standfast_attack_options, 56);

AT(standfast_attacks, logits, 8);
AT(standfast_attacks, distances, 16);
AT(standfast_attacks, inputs, 24);
AT(standfast_attacks, attack_logits, 32);
FIRST_SIZE(standfast_attacks, 40);

AT(standfast_confirmation, inputs, 8);
AT(standfast_confirmation, certificates, 16);
AT(standfast_confirmation, confirmed, 24);
FIRST_SIZE(standfast_confirmation, 32);
#endif

_Static_assert(STANDFAST_OK == 0 && STANDFAST_IO == 1 && STANDFAST_BAD_FORMAT == 2 && STANDFAST_BAD_SHAPE == 3,
               "status");
_Static_assert(STANDFAST_BAD_VALUE == 4 && STANDFAST_BAD_OPTION == 5 && STANDFAST_NOT_CONVEX == 6, "status");
_Static_assert(STANDFAST_UNSUPPORTED == 7 && STANDFAST_ENVIRONMENT == 8 && STANDFAST_OUT_OF_MEMORY == 9, "status");
_Static_assert(STANDFAST_INTERNAL == 10 && STANDFAST_STOPPED == 11 && STANDFAST_REFUSED == 12, "status");

int standfast_layout_is_checked(void);
int standfast_layout_is_checked(void) { return STANDFAST_ABI; }
