#include "verify/products.hpp"

#include <algorithm>
#include <array>
#include <cstring>

// Loops are inlined into one function per instruction set, which they are then compiled for. This file is compiled with
// -ffp-contract=fast: where the set has fused products, each `sum += weight * x` is one.
#define STANDFAST_INLINE [[gnu::always_inline]] inline

namespace standfast::verify_ops {
namespace {

constexpr std::size_t kLanesAtOnce = 8;
// Weights and duals of so many rows stay in the first-level cache; a row of 16 weights is a cache line.
constexpr std::size_t kRows = 64, kColumns = 16;

/// So many numbers side by side, and so many columns whose sums fit the registers.
template <std::size_t kNumbers, std::size_t kColumnsAtOnce>
struct Set {
  using Vector [[gnu::vector_size(kNumbers * sizeof(double))]] = double;
  using Floats [[gnu::vector_size(kNumbers * sizeof(float))]] = float;
  static constexpr std::size_t kWidth = kNumbers, kAtOnce = kColumnsAtOnce;
};
using Plain = Set<2, 2>;
using Fused = Set<4, 4>;

template <class Number, class Vector>
STANDFAST_INLINE void load(const Number* from, Vector& vector) {
  std::memcpy(&vector, from, sizeof(vector));
}

template <class Vector>
STANDFAST_INLINE void store(const Vector& vector, double* to) {
  std::memcpy(to, &vector, sizeof(vector));
}

/// The rows of a matrix that meet a dual that is not 0, at most kRows, and kColumns of their weights in float64.
struct Chunk {
  std::size_t count = 0;
  std::array<const float*, kRows> row;
  std::array<const double*, kRows> dual;
  alignas(64) std::array<double, kRows * kColumns> weight;
};

/// `kCount` columns from `first` on, eight lanes. Shape: value is (kCount, lanes).
template <class Set, std::size_t kCount>
STANDFAST_INLINE void add_columns(const Chunk& chunk, std::size_t first, std::size_t lane, std::size_t lanes,
                                  double* value) {
  using Vector = typename Set::Vector;
  constexpr std::size_t kParts = kLanesAtOnce / Set::kWidth;
  Vector sum[kCount][kParts], x;
  for (std::size_t c = 0; c < kCount; ++c) {
    for (std::size_t p = 0; p < kParts; ++p) load(value + c * lanes + p * Set::kWidth, sum[c][p]);
  }
  for (std::size_t r = 0; r < chunk.count; ++r) {
    const double* const weight = chunk.weight.data() + r * kColumns + first;
    for (std::size_t p = 0; p < kParts; ++p) {
      load(chunk.dual[r] + lane + p * Set::kWidth, x);
      for (std::size_t c = 0; c < kCount; ++c) sum[c][p] += weight[c] * x;
    }
  }
  for (std::size_t c = 0; c < kCount; ++c) {
    for (std::size_t p = 0; p < kParts; ++p) store(sum[c][p], value + c * lanes + p * Set::kWidth);
  }
}

/// The same for one lane: columns take the place of lanes. Shape: value is (kColumns).
template <class Set>
STANDFAST_INLINE void add_one_lane(const Chunk& chunk, double* value) {
  using Vector = typename Set::Vector;
  constexpr std::size_t kParts = kColumns / Set::kWidth;
  Vector sum[kParts], w;
  for (std::size_t p = 0; p < kParts; ++p) load(value + p * Set::kWidth, sum[p]);
  for (std::size_t r = 0; r < chunk.count; ++r) {
    const double* const weight = chunk.weight.data() + r * kColumns;
    const double x = *chunk.dual[r];
    for (std::size_t p = 0; p < kParts; ++p) {
      load(weight + p * Set::kWidth, w);
      sum[p] += x * w;
    }
  }
  for (std::size_t p = 0; p < kParts; ++p) store(sum[p], value + p * Set::kWidth);
}

STANDFAST_INLINE bool all_zero(const double* values, std::size_t count) {
  bool zero = true;
  for (std::size_t i = 0; i < count; ++i) zero &= values[i] == 0;
  return zero;
}

STANDFAST_INLINE void find_rows(const Matrix& m, std::size_t first, std::size_t lanes, const double* dual,
                                Chunk& chunk) {
  chunk.count = 0;
  for (std::size_t r = first; r < std::min(first + kRows, m.rows); ++r) {
    if (all_zero(dual + r * lanes, lanes)) continue;
    chunk.row[chunk.count] = m.at + r * m.row_stride;
    chunk.dual[chunk.count++] = dual + r * lanes;
  }
}

/// Columns first, ..., first + width - 1 of the chunk's rows; the others are 0.
template <class Set>
STANDFAST_INLINE void read_weights(const Matrix& m, std::size_t first, std::size_t width, Chunk& chunk) {
  typename Set::Floats narrow;
  for (std::size_t r = 0; r < chunk.count; ++r) {
    double* const weight = chunk.weight.data() + r * kColumns;
    const float* const from = chunk.row[r] + first * m.column_stride;
    if (m.column_stride == 1 && width == kColumns) {
      __builtin_prefetch(from + 2 * kColumns);  // rows are far apart, which no processor foresees
      for (std::size_t c = 0; c < kColumns; c += Set::kWidth) {
        load(from + c, narrow);
        store(__builtin_convertvector(narrow, typename Set::Vector), weight + c);
      }
    } else {
      for (std::size_t c = 0; c < kColumns; ++c) weight[c] = c < width ? from[c * m.column_stride] : 0.0F;
    }
    if (!m.magnitudes) continue;
    for (std::size_t c = 0; c < kColumns; ++c) weight[c] = weight[c] < 0 ? -weight[c] : weight[c];
  }
}

/// The chunk's part of columns first, ..., first + width - 1. Shape: value is (width, lanes).
template <class Set>
STANDFAST_INLINE void add_chunk(const Chunk& chunk, std::size_t width, std::size_t lanes, double* value) {
  for (std::size_t lane = 0; lane + kLanesAtOnce <= lanes; lane += kLanesAtOnce) {
    std::size_t c = 0;
    for (; c + Set::kAtOnce <= width; c += Set::kAtOnce) {
      add_columns<Set, Set::kAtOnce>(chunk, c, lane, lanes, value + c * lanes + lane);
    }
    for (; c < width; ++c) add_columns<Set, 1>(chunk, c, lane, lanes, value + c * lanes + lane);
  }
  if (lanes == 1 && width == kColumns) return add_one_lane<Set>(chunk, value);
  if (lanes != 1) return;
  double all[kColumns] = {};
  for (std::size_t c = 0; c < width; ++c) all[c] = value[c];
  add_one_lane<Set>(chunk, all);
  for (std::size_t c = 0; c < width; ++c) value[c] = all[c];
}

template <class Set>
STANDFAST_INLINE void add(const Matrix& m, std::size_t lanes, const double* dual, double* value) {
  Chunk chunk;
  for (std::size_t row = 0; row < m.rows; row += kRows) {
    find_rows(m, row, lanes, dual, chunk);
    for (std::size_t first = 0; first < m.columns && chunk.count > 0; first += kColumns) {
      const std::size_t width = std::min(kColumns, m.columns - first);
      read_weights<Set>(m, first, width, chunk);
      add_chunk<Set>(chunk, width, lanes, value + first * lanes);
    }
  }
}

template <class Set>
STANDFAST_INLINE void add_scaled(double weight, const double* source, std::size_t count, double* target) {
  typename Set::Vector from, to;
  std::size_t i = 0;
  for (; i + Set::kWidth <= count; i += Set::kWidth) {
    load(source + i, from);
    load(target + i, to);
    store(to + weight * from, target + i);
  }
  for (; i < count; ++i) {
    // read first: a sanitizer's check between product and sum would part them
    const double from_one = source[i], to_one = target[i];
    target[i] = to_one + weight * from_one;
  }
}

void add_plain(const Matrix& m, std::size_t lanes, const double* dual, double* value) {
  add<Plain>(m, lanes, dual, value);
}
void add_scaled_plain(double weight, const double* source, std::size_t count, double* target) {
  add_scaled<Plain>(weight, source, count, target);
}

#ifdef __x86_64__
[[gnu::target("avx2,fma")]] void add_fused(const Matrix& m, std::size_t lanes, const double* dual, double* value) {
  add<Fused>(m, lanes, dual, value);
}
[[gnu::target("avx2,fma")]] void add_scaled_fused(double weight, const double* source, std::size_t count,
                                                  double* target) {
  add_scaled<Fused>(weight, source, count, target);
}
#else
constexpr auto add_fused = add_plain;
constexpr auto add_scaled_fused = add_scaled_plain;
#endif

}  // namespace

const Products kPlainProducts{"plain", add_plain, add_scaled_plain};
const Products kFusedProducts{"fused", add_fused, add_scaled_fused};

bool has_fused_products() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
  return false;
#endif
}

const Products& best_products() { return has_fused_products() ? kFusedProducts : kPlainProducts; }

}  // namespace standfast::verify_ops
