#include "verify/products.hpp"

#include <algorithm>
#include <array>
#include <cstring>

// Loops are inlined into one function per instruction set, which they are then compiled for.
#define STANDFAST_INLINE [[gnu::always_inline]] inline

namespace standfast::verify_ops {
namespace {

constexpr std::size_t kLanesAtOnce = 8;
// Weights and duals of so many rows stay in the first-level cache; a row of 16 weights is a cache line.
constexpr std::size_t kRows = 64, kColumns = 16;

template <std::size_t kWidth>
struct VectorOf {
  using Type [[gnu::vector_size(kWidth * sizeof(double))]] = double;
};

/// Sums of `kAtOnce` columns fit the registers.
struct Plain {
  static constexpr bool kFused = false;
  static constexpr std::size_t kWidth = 2, kAtOnce = 2;
};
struct Fused {
  static constexpr bool kFused = true;
  static constexpr std::size_t kWidth = 4, kAtOnce = 4;
};

template <class Set>
using Vector = typename VectorOf<Set::kWidth>::Type;

/// The rows of a matrix that meet a dual that is not 0, at most kRows, and kColumns of their weights in float64.
struct Chunk {
  std::size_t count = 0;
  std::array<const float*, kRows> row;
  std::array<const double*, kRows> dual;
  alignas(64) std::array<double, kRows * kColumns> weight;
};

template <class Set>
STANDFAST_INLINE void add_product(double weight, const Vector<Set>& x, Vector<Set>& sum) {
  if constexpr (Set::kFused) {
    for (std::size_t l = 0; l < Set::kWidth; ++l) sum[l] = __builtin_fma(weight, x[l], sum[l]);
  } else {
    sum += weight * x;
  }
}

/// `kCount` columns from `first` on, eight lanes: sums[column][lane] of `value`.
template <class Set, std::size_t kCount>
STANDFAST_INLINE void add_columns(const Chunk& chunk, std::size_t first, std::size_t lane, std::size_t lanes,
                                  double* value) {
  constexpr std::size_t kParts = kLanesAtOnce / Set::kWidth;
  Vector<Set> sum[kCount][kParts], x;
  for (std::size_t c = 0; c < kCount; ++c) std::memcpy(sum[c], value + c * lanes, sizeof(sum[c]));
  for (std::size_t r = 0; r < chunk.count; ++r) {
    const double* weight = chunk.weight.data() + r * kColumns + first;
    for (std::size_t part = 0; part < kParts; ++part) {
      std::memcpy(&x, chunk.dual[r] + lane + part * Set::kWidth, sizeof(x));
      for (std::size_t c = 0; c < kCount; ++c) add_product<Set>(weight[c], x, sum[c][part]);
    }
  }
  for (std::size_t c = 0; c < kCount; ++c) std::memcpy(value + c * lanes, sum[c], sizeof(sum[c]));
}

/// The same for one lane: columns take the place of lanes.
template <class Set>
STANDFAST_INLINE void add_one_lane(const Chunk& chunk, std::size_t width, double* value) {
  constexpr std::size_t kParts = kColumns / Set::kWidth;
  alignas(64) double sums[kColumns] = {};
  for (std::size_t c = 0; c < width; ++c) sums[c] = value[c];
  Vector<Set> sum[kParts], w;
  std::memcpy(sum, sums, sizeof(sum));
  for (std::size_t r = 0; r < chunk.count; ++r) {
    const double x = *chunk.dual[r];
    for (std::size_t part = 0; part < kParts; ++part) {
      std::memcpy(&w, chunk.weight.data() + r * kColumns + part * Set::kWidth, sizeof(w));
      add_product<Set>(x, w, sum[part]);
    }
  }
  std::memcpy(sums, sum, sizeof(sum));
  for (std::size_t c = 0; c < width; ++c) value[c] = sums[c];
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
STANDFAST_INLINE void read_weights(const Matrix& m, std::size_t first, std::size_t width, Chunk& chunk) {
  for (std::size_t r = 0; r < chunk.count; ++r) {
    double* weight = chunk.weight.data() + r * kColumns;
    const float* from = chunk.row[r] + first * m.column_stride;
    if (m.column_stride == 1 && width == kColumns) {
      for (std::size_t c = 0; c < kColumns; ++c) weight[c] = from[c];
    } else {
      for (std::size_t c = 0; c < kColumns; ++c) weight[c] = c < width ? from[c * m.column_stride] : 0.0F;
    }
    if (m.magnitudes) {
      for (std::size_t c = 0; c < kColumns; ++c) weight[c] = __builtin_fabs(weight[c]);
    }
  }
}

template <class Set>
STANDFAST_INLINE void add(const Matrix& m, std::size_t lanes, const double* dual, double* value) {
  Chunk chunk;
  for (std::size_t row = 0; row < m.rows; row += kRows) {
    find_rows(m, row, lanes, dual, chunk);
    if (chunk.count == 0) continue;
    for (std::size_t first = 0; first < m.columns; first += kColumns) {
      const std::size_t width = std::min(kColumns, m.columns - first);
      read_weights(m, first, width, chunk);
      double* to = value + first * lanes;
      if (lanes == 1) add_one_lane<Set>(chunk, width, to);
      for (std::size_t lane = 0; lane + kLanesAtOnce <= lanes; lane += kLanesAtOnce) {
        std::size_t c = 0;
        for (; c + Set::kAtOnce <= width; c += Set::kAtOnce) {
          add_columns<Set, Set::kAtOnce>(chunk, c, lane, lanes, to + c * lanes + lane);
        }
        for (; c < width; ++c) add_columns<Set, 1>(chunk, c, lane, lanes, to + c * lanes + lane);
      }
    }
  }
}

template <class Set>
STANDFAST_INLINE void add_scaled(double weight, const double* source, std::size_t count, double* target) {
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (Set::kFused) {
      target[i] = __builtin_fma(weight, source[i], target[i]);
    } else {
      target[i] += weight * source[i];
    }
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
