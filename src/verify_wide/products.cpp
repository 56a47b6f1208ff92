// Loops are inlined into one function per instruction set, which they are then compiled for. This file is compiled with
// -ffp-contract=fast: if the set has fused products, each `sum += weight * x` is one. Every set fuses, so that all of
// them, and the core's plain loops, give the same bits.
#include "verify_wide/products.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/instruction_set.hpp"

#define STANDFAST_INLINE [[gnu::always_inline]] inline

#ifdef __ARM_FEATURE_FMA
#define STANDFAST_FUSES_EVERYWHERE true
#else
#define STANDFAST_FUSES_EVERYWHERE false
#endif

namespace standfast::verify_wide {
namespace {

// A row of so many weights is a cache line or two.
constexpr std::size_t kColumns = 16;

/// So many numbers side by side, in float64 or float32.
template <class NumberType, std::size_t kNumbers>
struct Set {
  using Number = NumberType;
  using Vector [[gnu::vector_size(kNumbers * sizeof(Number))]] = Number;
  using Floats [[gnu::vector_size(kNumbers * sizeof(float))]] = float;
  using HalfDoubles [[gnu::vector_size(kNumbers * sizeof(double) / 2)]] = double;
  static constexpr std::size_t kWidth = kNumbers;
  static constexpr bool kNarrow = sizeof(Number) == sizeof(float);
  // what the registers of SSE2 cannot do is done by name, one number at a time
  static constexpr bool kFusesItself = kNumbers * sizeof(Number) > 16 || STANDFAST_FUSES_EVERYWHERE;
  // weights and sources of so many rows stay in the first-level cache
  static constexpr std::size_t kRows = kNarrow ? Products::kRowsAtOnce : Products::kRowsAtOnce / 2;
};
using Plain = Set<double, 2>;
using Fused = Set<double, 4>;
using PlainNarrow = Set<float, 4>;
using FusedNarrow = Set<float, 8>;

/// The same type wherever its elements lie.
template <class Vector, class Number>
struct At {
  using Type [[gnu::vector_size(sizeof(Vector)), gnu::aligned(alignof(Number)), gnu::may_alias]] = Number;
};

template <class Number, class Vector>
STANDFAST_INLINE void load(const Number* from, Vector& vector) {
  vector = *reinterpret_cast<const typename At<Vector, Number>::Type*>(from);
}

template <class Number, class Vector>
STANDFAST_INLINE void store(const Vector& vector, Number* to) {
  *reinterpret_cast<typename At<Vector, Number>::Type*>(to) = vector;
}

/// Sums go on from the values in float64; in float32 they start at 0 and are added at the end.
template <class Set>
STANDFAST_INLINE void start_sum(const double* value, typename Set::Vector& sum) {
  if constexpr (Set::kNarrow) {
    sum = typename Set::Vector{};
  } else {
    load(value, sum);
  }
}

/// value += half a vector of float32 numbers, which fill one of float64 numbers.
template <class Set, int... kAt>
STANDFAST_INLINE void add_half(const typename Set::Vector& sum, double* value) {
  typename Set::HalfDoubles wide;
  load(value, wide);
  store(wide + __builtin_convertvector(__builtin_shufflevector(sum, sum, kAt...), typename Set::HalfDoubles), value);
}

template <class Set>
STANDFAST_INLINE void end_sum(const typename Set::Vector& sum, double* value) {
  if constexpr (Set::kNarrow && Set::kWidth == 8) {
    add_half<Set, 0, 1, 2, 3>(sum, value);
    add_half<Set, 4, 5, 6, 7>(sum, value + 4);
  } else if constexpr (Set::kNarrow) {
    add_half<Set, 0, 1>(sum, value);
    add_half<Set, 2, 3>(sum, value + 2);
  } else {
    store(sum, value);
  }
}

// The checks of clang's sanitizer come between product and sum here and there, which then are not fused.
#ifdef __clang__
#if __has_feature(address_sanitizer)
#define STANDFAST_CHECKED_READS true
#endif
#endif
#ifndef STANDFAST_CHECKED_READS
#define STANDFAST_CHECKED_READS false
#endif

/// sum += weight * x, fused.
template <class Set>
STANDFAST_INLINE void add_product(typename Set::Number weight, const typename Set::Vector& x,
                                  typename Set::Vector& sum) {
  if constexpr (Set::kFusesItself && !STANDFAST_CHECKED_READS) {
    sum += weight * x;
  } else {
    for (std::size_t i = 0; i < Set::kWidth; ++i) sum[i] = std::fma(weight, x[i], sum[i]);
  }
}

/// At most kRows rows: where their numbers are, and kColumns of their weights.
template <class Set>
struct Chunk {
  static constexpr std::size_t kRows = Set::kRows;
  using Number = typename Set::Number;
  std::size_t count = 0;
  std::array<const Number*, kRows> source;
  alignas(64) std::array<Number, kRows * kColumns> weight;

  Number* weights(std::size_t row) { return weight.data() + row * kColumns; }
};

/// Where a chunk's sums go: column c of number i is value[c * stride + i]; its rows are read `read` numbers further on.
struct Sums {
  double* value;
  std::size_t columns, stride;
  std::size_t read = 0;
};

/// `kCount` columns from `first` on of the numbers that fill `kParts` vectors from `at` on.
template <class Set, std::size_t kCount, std::size_t kParts>
STANDFAST_INLINE void add_columns(const Chunk<Set>& chunk, const Sums& sums, std::size_t first, std::size_t at) {
  typename Set::Vector sum[kCount][kParts], x[kParts];
  double* const value = sums.value + first * sums.stride + at;
  for (std::size_t c = 0; c < kCount; ++c) {
    for (std::size_t p = 0; p < kParts; ++p) start_sum<Set>(value + c * sums.stride + p * Set::kWidth, sum[c][p]);
  }
  for (std::size_t r = 0; r < chunk.count; ++r) {
    const typename Set::Number* const weight = chunk.weight.data() + r * kColumns + first;
    for (std::size_t p = 0; p < kParts; ++p) load(chunk.source[r] + sums.read + at + p * Set::kWidth, x[p]);
    for (std::size_t c = 0; c < kCount; ++c) {
      for (std::size_t p = 0; p < kParts; ++p) add_product<Set>(weight[c], x[p], sum[c][p]);
    }
  }
  for (std::size_t c = 0; c < kCount; ++c) {
    for (std::size_t p = 0; p < kParts; ++p) end_sum<Set>(sum[c][p], value + c * sums.stride + p * Set::kWidth);
  }
}

/// All columns of those numbers, as many columns at a time as there are registers for their sums.
template <class Set, std::size_t kParts>
STANDFAST_INLINE void add_numbers(const Chunk<Set>& chunk, const Sums& sums, std::size_t at) {
  std::size_t c = 0;
  if constexpr (Set::kWidth >= 4 && kParts <= 2) {
    for (; c + 6 <= sums.columns; c += 6) add_columns<Set, 6, kParts>(chunk, sums, c, at);
    for (; c + 4 <= sums.columns; c += 4) add_columns<Set, 4, kParts>(chunk, sums, c, at);
  }
  for (; c + 2 <= sums.columns; c += 2) add_columns<Set, 2, kParts>(chunk, sums, c, at);
  for (; c < sums.columns; ++c) add_columns<Set, 1, kParts>(chunk, sums, c, at);
}

/// One number: columns take the place of numbers.
template <class Set>
STANDFAST_INLINE void add_one_number(const Chunk<Set>& chunk, const Sums& sums, std::size_t at) {
  constexpr std::size_t kParts = kColumns / Set::kWidth;
  typename Set::Vector sum[kParts], w;
  alignas(64) double all[kColumns] = {};
  for (std::size_t c = 0; c < sums.columns; ++c) all[c] = sums.value[c * sums.stride + at];
  for (std::size_t p = 0; p < kParts; ++p) start_sum<Set>(all + p * Set::kWidth, sum[p]);
  for (std::size_t r = 0; r < chunk.count; ++r) {
    const typename Set::Number* const weight = chunk.weight.data() + r * kColumns;
    const typename Set::Number x = chunk.source[r][sums.read + at];
    for (std::size_t p = 0; p < kParts; ++p) {
      load(weight + p * Set::kWidth, w);
      add_product<Set>(x, w, sum[p]);
    }
  }
  for (std::size_t p = 0; p < kParts; ++p) end_sum<Set>(sum[p], all + p * Set::kWidth);
  for (std::size_t c = 0; c < sums.columns; ++c) sums.value[c * sums.stride + at] = all[c];
}

/// Numbers at, ..., count - 1, fewer than eight of at least eight: with those before them, whose sums are done.
template <class Set>
STANDFAST_INLINE void add_last(const Chunk<Set>& chunk, const Sums& sums, std::size_t at, std::size_t count) {
  constexpr std::size_t kFew = 8;
  const std::size_t first = count - kFew;
  alignas(64) double all[kColumns * kFew];
  for (std::size_t c = 0; c < sums.columns; ++c) {
    for (std::size_t i = 0; i < kFew; ++i) all[c * kFew + i] = sums.value[c * sums.stride + first + i];
  }
  add_numbers<Set, kFew / Set::kWidth>(chunk, {all, sums.columns, kFew, sums.read + first}, 0);
  for (std::size_t c = 0; c < sums.columns; ++c) {
    for (std::size_t i = at; i < count; ++i) sums.value[c * sums.stride + i] = all[c * kFew + i - first];
  }
}

/// The chunk's part of all columns of `count` numbers side by side.
template <class Set>
STANDFAST_INLINE void add_chunk(const Chunk<Set>& chunk, const Sums& sums, std::size_t count) {
  constexpr std::size_t kFew = 8, kMany = Set::kNarrow ? 16 : 8;
  std::size_t at = 0;
  for (; at + kMany <= count; at += kMany) add_numbers<Set, kMany / Set::kWidth>(chunk, sums, at);
  if constexpr (kMany > kFew) {
    for (; at + kFew <= count; at += kFew) add_numbers<Set, kFew / Set::kWidth>(chunk, sums, at);
  }
  if (count - at > 1 && count >= kFew) return add_last<Set>(chunk, sums, at, count);
  for (; at < count; ++at) add_one_number<Set>(chunk, sums, at);
}

template <class Number>
STANDFAST_INLINE bool all_zero(const Number* values, std::size_t count) {
  bool zero = true;
  for (std::size_t i = 0; i < count; ++i) zero &= values[i] == 0;
  return zero;
}

/// Columns first, ..., first + width - 1 of one row of weights; those behind are 0.
template <class Set>
STANDFAST_INLINE void read_row(const Matrix& m, const float* from, std::size_t width, typename Set::Number* weight) {
  typename Set::Floats narrow;
  if (m.column_stride == 1 && width == kColumns) {
    __builtin_prefetch(from + 2 * kColumns - 1);  // rows are far apart, which no processor foresees
    for (std::size_t c = 0; c < kColumns; c += Set::kWidth) {
      load(from + c, narrow);
      store(__builtin_convertvector(narrow, typename Set::Vector), weight + c);
    }
  } else {
    for (std::size_t c = 0; c < kColumns; ++c) weight[c] = c < width ? from[c * m.column_stride] : 0.0F;
  }
  if (!m.magnitudes) return;
  for (std::size_t c = 0; c < kColumns; ++c) weight[c] = weight[c] < 0 ? -weight[c] : weight[c];
}

template <class Set>
STANDFAST_INLINE void add(const Matrix& m, std::size_t lanes, const typename Set::Number* dual, double* value) {
  Chunk<Set> chunk;
  std::array<const float*, Set::kRows> row;
  for (std::size_t begin = 0; begin < m.rows; begin += Set::kRows) {
    chunk.count = 0;
    for (std::size_t r = begin; r < std::min(begin + Set::kRows, m.rows); ++r) {
      if (all_zero(dual + r * lanes, lanes)) continue;
      row[chunk.count] = m.at + r * m.row_stride;
      chunk.source[chunk.count++] = dual + r * lanes;
    }
    for (std::size_t first = 0; first < m.columns && chunk.count > 0; first += kColumns) {
      const std::size_t width = std::min(kColumns, m.columns - first);
      for (std::size_t r = 0; r < chunk.count; ++r) {
        read_row<Set>(m, row[r] + first * m.column_stride, width, chunk.weights(r));
      }
      add_chunk<Set>(chunk, {value + first * lanes, width, lanes}, lanes);
    }
  }
}

/// A convolution along its height or its width.
struct Axis {
  std::size_t source, target, kernel;
};

/// Where element `k` of the kernel reads for position `target`; negative for outside.
STANDFAST_INLINE std::ptrdiff_t source_of(const Convolution& c, const Axis& axis, std::size_t target, std::size_t k) {
  const auto t = static_cast<std::ptrdiff_t>(target), reach = static_cast<std::ptrdiff_t>(k) * c.dilation - c.padding;
  std::ptrdiff_t at = t * c.stride + reach;
  if (c.adjoint) {
    at = t - reach;
    if (at < 0) return -1;
    if (c.stride > 1) {  // a division takes as long as dozens of products
      if (at % c.stride != 0) return -1;
      at /= c.stride;
    }
  }
  return at < static_cast<std::ptrdiff_t>(axis.source) ? at : -1;
}

/// Positions first, first + step, ... of the target that use the same elements of the kernel, which read `read` apart.
struct Run {
  std::size_t first, count, step, read;
};

/// Is `target` the next position after target - step?
STANDFAST_INLINE bool goes_on(const Convolution& c, const Axis& axis, std::size_t target, const Run& run) {
  for (std::size_t k = 0; k < axis.kernel; ++k) {
    const std::ptrdiff_t here = source_of(c, axis, target, k), before = source_of(c, axis, target - run.step, k);
    if ((here < 0) != (before < 0)) return false;
    if (here >= 0 && here != before + static_cast<std::ptrdiff_t>(run.read)) return false;
  }
  return true;
}

/// The run that begins at `first`; its count is 0 where another run has that position.
STANDFAST_INLINE Run run_from(const Convolution& c, const Axis& axis, std::size_t first) {
  const auto stride = static_cast<std::size_t>(c.stride);
  Run run{first, 0, c.adjoint ? stride : 1, c.adjoint ? 1 : stride};
  if (first >= run.step && goes_on(c, axis, first, run)) return run;
  run.count = 1;
  for (std::size_t at = first + run.step; at < axis.target && goes_on(c, axis, at, run); at += run.step) ++run.count;
  return run;
}

/// A chunk's part of all positions of two runs; what lies side by side in source and target is done together.
template <class Set>
STANDFAST_INLINE void add_patch(const Chunk<Set>& chunk, const Convolution& c, const Run& rows, const Run& columns,
                                std::size_t lanes, const Sums& sums) {
  const bool together = columns.step == 1 && columns.read == 1;
  const std::size_t calls = together ? 1 : columns.count, length = together ? columns.count * lanes : lanes;
  for (std::size_t y = 0; y < rows.count; ++y) {
    for (std::size_t x = 0; x < calls; ++x) {
      Sums here = sums;
      here.value += (y * rows.step * c.target.width + x * columns.step) * lanes;
      here.read = (y * rows.read * c.source.width + x * columns.read) * lanes;
      add_chunk<Set>(chunk, here, length);
    }
  }
}

/// The products of two runs' positions, for up to kColumns channels of the target from `channel` on.
template <class Set>
STANDFAST_INLINE void add_runs(const Convolution& c, const Run& rows, const Run& columns, std::size_t lanes,
                               std::size_t channel, const typename Set::Number* source, const Sums& sums) {
  const Axis down{c.source.height, c.target.height, c.kernel_height};
  const Axis along{c.source.width, c.target.width, c.kernel_width};
  Chunk<Set> chunk;
  for (std::size_t s = 0; s < c.source.channels; ++s) {
    const float* const weights = c.weight + s * c.source_stride + channel * c.target_stride;
    for (std::size_t k = 0; k < down.kernel * along.kernel; ++k) {
      const std::ptrdiff_t y = source_of(c, down, rows.first, k / along.kernel);
      const std::ptrdiff_t x = source_of(c, along, columns.first, k % along.kernel);
      if (y < 0 || x < 0) continue;
      const std::size_t row = s * c.source.height + static_cast<std::size_t>(y);
      typename Set::Number* const to = chunk.weights(chunk.count);
      for (std::size_t t = 0; t < kColumns; ++t) {
        const float w = t < sums.columns ? weights[t * c.target_stride + k] : 0.0F;
        to[t] = c.magnitudes && w < 0 ? -w : w;
      }
      chunk.source[chunk.count++] = source + (row * c.source.width + static_cast<std::size_t>(x)) * lanes;
      if (chunk.count < Set::kRows) continue;
      add_patch<Set>(chunk, c, rows, columns, lanes, sums);
      chunk.count = 0;
    }
  }
  add_patch<Set>(chunk, c, rows, columns, lanes, sums);
}

template <class Set>
STANDFAST_INLINE void convolve(const Convolution& c, std::size_t lanes, const typename Set::Number* source,
                               double* value) {
  const std::size_t width = c.target.width, plane = c.target.height * width;
  for (std::size_t y = 0; y < c.target.height; ++y) {
    const Run rows = run_from(c, {c.source.height, c.target.height, c.kernel_height}, y);
    for (std::size_t x = 0; x < width && rows.count > 0; ++x) {
      const Run columns = run_from(c, {c.source.width, width, c.kernel_width}, x);
      for (std::size_t channel = 0; channel < c.target.channels && columns.count > 0; channel += kColumns) {
        double* const to = value + (channel * plane + y * width + x) * lanes;
        const std::size_t channels = std::min(kColumns, c.target.channels - channel);
        add_runs<Set>(c, rows, columns, lanes, channel, source, {to, channels, plane * lanes});
      }
    }
  }
}

#define STANDFAST_PRODUCTS(name, attribute, Wide, Narrow)                                                              \
  attribute void add_##name(const Matrix& m, std::size_t lanes, const double* dual, double* value) {                   \
    add<Wide>(m, lanes, dual, value);                                                                                  \
  }                                                                                                                    \
  attribute void add_narrow_##name(const Matrix& m, std::size_t lanes, const float* dual, double* value) {             \
    add<Narrow>(m, lanes, dual, value);                                                                                \
  }                                                                                                                    \
  attribute void convolve_##name(const Convolution& c, std::size_t lanes, const double* source, double* value) {       \
    convolve<Wide>(c, lanes, source, value);                                                                           \
  }                                                                                                                    \
  attribute void convolve_narrow_##name(const Convolution& c, std::size_t lanes, const float* source, double* value) { \
    convolve<Narrow>(c, lanes, source, value);                                                                         \
  }

STANDFAST_PRODUCTS(plain, , Plain, PlainNarrow)
#ifdef __x86_64__
STANDFAST_PRODUCTS(fused, [[gnu::target("avx2,fma")]], Fused, FusedNarrow)
#else
STANDFAST_PRODUCTS(fused, , Plain, PlainNarrow)
#endif

}  // namespace

const Products kPlainProducts{"plain", add_plain, add_narrow_plain, convolve_plain, convolve_narrow_plain};
const Products kFusedProducts{"fused", add_fused, add_narrow_fused, convolve_fused, convolve_narrow_fused};

bool has_fused_products() { return kernels::is_available(kernels::InstructionSet::kAvx2); }

const Products& best_products() {
  return kernels::chosen_or_reference() == kernels::InstructionSet::kReference ? kPlainProducts : kFusedProducts;
}

}  // namespace standfast::verify_wide
