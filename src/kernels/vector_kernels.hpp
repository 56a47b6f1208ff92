// The kernels written once over a vector of floats; each instruction set instantiates them with its own.
//
// A block of sums stays in registers while its terms pass by in their order: rows x 16 lanes for a tile, positions x 16
// rows for one input. `Vector` must have internal linkage, and nothing here calls an inline function of the standard
// library: the linker keeps one copy of those, and must not keep one that old processors cannot run.
#pragma once

#include "kernels/kernels.hpp"

namespace standfast::kernels {

template <class Vector>
struct VectorKernels {
  using Size = std::size_t;
  static constexpr Size kWidth = Vector::kWidth;
  static constexpr Size kVectors = kLanes / kWidth;  ///< The number of vectors for a tile's lanes or a panel's rows.
  static constexpr Size kBlock = Vector::kBlock;     ///< The number of rows or positions whose sums fit the registers.
  /// The number of terms of a tile's product at a time. The tile and the panel take 8 KB each, which fit the L1 cache;
  /// fewer terms would load and store the sums more often.
  static constexpr Size kTerms = 128;
  /// The number of terms of one input's product at a time. The list of those that are not 0 takes 2 KB of the stack.
  static constexpr Size kTermsOne = 512;
  static_assert(kPanelRows == kLanes);

  static constexpr Size least(Size a, Size b) { return a < b ? a : b; }
  static Size panel_width(const Product& product, Size first) { return least(kPanelRows, product.rows - first); }

  /// Calls Body::run<n>() for n == count, 1 <= count <= N.
  template <Size N, class Body>
  [[gnu::always_inline]] static void with_constant(Size count, const Body& body) {
    if constexpr (N == 1) {
      body.template run<1>();
    } else if (count == N) {
      body.template run<N>();
    } else {
      with_constant<N - 1>(count, body);
    }
  }

  /// [0, count) in as few parts of at most kBlock as possible, of nearly equal size.
  template <class Body>
  [[gnu::always_inline]] static void for_each_block(Size count, const Body& body) {
    Size parts = (count + kBlock - 1) / kBlock;
    for (Size first = 0; parts > 0; --parts) {
      const Size size = (count - first + parts - 1) / parts;
      body(first, size);
      first += size;
    }
  }

  struct NextUnit {  ///< Term t reads unit t.
    [[gnu::always_inline]] Size unit(Size t) const { return t; }
    [[gnu::always_inline]] Size term(Size t) const { return t; }
  };
  struct Listed {
    const Tap* taps;
    [[gnu::always_inline]] Size unit(Size t) const { return taps[t].unit; }
    [[gnu::always_inline]] Size term(Size t) const { return taps[t].term; }
  };

  /// Sums of some rows for every lane.
  template <class Terms, Size kUnit = kLanes>
  struct TileBlock {
    const float* weight;
    Size width;  // of the panel
    Terms terms;
    Size count;
    const float* x;
    float* y;
    Size y_step;  // floats from row to row
    const float* bias;
    Size bias_step;

    template <Size kRows>
    [[gnu::always_inline]] void run() const {
      Vector sum[kRows][kVectors];
#pragma GCC unroll 16
      for (Size r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) {
          sum[r][v] =
              bias != nullptr ? Vector::broadcast(bias + r * bias_step) : Vector::load(y + r * y_step + v * kWidth);
        }
      }
      for (Size t = 0; t < count; ++t) {
        const float* at = x + terms.unit(t) * kUnit;
        const float* w = weight + terms.term(t) * width;
        Vector lane[kVectors];
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) lane[v] = Vector::load(at + v * kWidth);
#pragma GCC unroll 16
        for (Size r = 0; r < kRows; ++r) {
          const Vector scale = Vector::broadcast(w + r);
#pragma GCC unroll 2
          for (Size v = 0; v < kVectors; ++v) sum[r][v].add_product(scale, lane[v]);
        }
      }
#pragma GCC unroll 16
      for (Size r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) sum[r][v].store(y + r * y_step + v * kWidth);
      }
    }
  };

  static void linear_tile(const Product& product, const Start& start, const float* x, float* y) {
    for (Size from = 0; from < product.terms; from += kTerms) {
      const Size count = least(kTerms, product.terms - from);
      const bool first_terms = from == 0 && start.bias != nullptr;
      for (Size first = 0; first < product.rows; first += kPanelRows) {
        const Size width = panel_width(product, first);
        const float* panel = product.panels + first * product.terms + from * width;
        for_each_block(width, [&](Size r, Size rows) {
          const float* bias = first_terms ? start.bias + (first + r) * start.row_step : nullptr;
          const TileBlock<NextUnit> block{
              panel + r, width, {}, count, x + from * kLanes, y + (first + r) * kLanes, kLanes, bias, start.row_step};
          with_constant<kBlock>(rows, block);
        });
      }
    }
  }

  static void taps_tile(const Product& product, const Start& start, const Run& run, const float* x, float* y) {
    for (Size p = 0; p < run.positions; ++p) {
      for (Size first = 0; first < product.rows; first += kPanelRows) {
        const Size width = panel_width(product, first);
        const float* panel = product.panels + first * product.terms;
        for_each_block(width, [&](Size r, Size rows) {
          const Size row = first + r;
          const float* bias =
              start.bias == nullptr ? nullptr : start.bias + row * start.row_step + p * start.position_step;
          const TileBlock<Listed> block{panel + r,
                                        width,
                                        {run.taps},
                                        run.tap_count,
                                        x + p * run.step * kLanes,
                                        y + (row * run.row_stride + p) * kLanes,
                                        run.row_stride * kLanes,
                                        bias,
                                        start.row_step};
          with_constant<kBlock>(rows, block);
        });
      }
    }
  }

  /// Rows of one panel at some positions of a convolution, for one input.
  struct PositionBlock {
    const float* weight;
    Size width;
    const Run& shape;
    const Start& start;
    const float* x;
    float* y;
    const float* bias;

    template <Size kPositions>
    [[gnu::always_inline]] void run() const {
      float edge[kPositions][kPanelRows];
      for (Size p = 0; p < kPositions; ++p) {
        for (Size r = 0; r < kPanelRows; ++r) {
          edge[p][r] = r >= width        ? 0
                       : bias != nullptr ? bias[r * start.row_step + p * start.position_step]
                                         : y[r * shape.row_stride + p];
        }
      }
      Vector sum[kPositions][kVectors];
#pragma GCC unroll 16
      for (Size p = 0; p < kPositions; ++p) {
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) sum[p][v] = Vector::load(edge[p] + v * kWidth);
      }
      for (Size t = 0; t < shape.tap_count; ++t) {
        const float* w = weight + shape.taps[t].term * width;
        const float* at = x + shape.taps[t].unit;
        Vector row[kVectors];
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) row[v] = Vector::load(w + v * kWidth);
#pragma GCC unroll 16
        for (Size p = 0; p < kPositions; ++p) {
          const Vector scale = Vector::broadcast(at + p * shape.step);
#pragma GCC unroll 2
          for (Size v = 0; v < kVectors; ++v) sum[p][v].add_product(scale, row[v]);
        }
      }
#pragma GCC unroll 16
      for (Size p = 0; p < kPositions; ++p) {
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) sum[p][v].store(edge[p] + v * kWidth);
      }
      for (Size p = 0; p < kPositions; ++p) {
        for (Size r = 0; r < width; ++r) y[r * shape.row_stride + p] = edge[p][r];
      }
    }
  };

  static void taps_one(const Product& product, const Start& start, const Run& run, const float* x, float* y) {
    for (Size first = 0; first < product.rows; first += kPanelRows) {
      for_each_block(run.positions, [&](Size p, Size positions) {
        const float* bias =
            start.bias == nullptr ? nullptr : start.bias + first * start.row_step + p * start.position_step;
        const PositionBlock block{product.panels + first * product.terms,
                                  panel_width(product, first),
                                  run,
                                  start,
                                  x + p * run.step,
                                  y + first * run.row_stride + p,
                                  bias};
        with_constant<kBlock>(positions, block);
      });
    }
  }

  /// Sixteen neighbours take the part of a tile's lanes.
  static void taps_row(const Product& product, const Start& start, const Run& run, const float* x, float* y) {
    for (Size p = 0; p < run.positions; p += kLanes) {
      const Size positions = least(kLanes, run.positions - p);
      for (Size first = 0; first < product.rows; first += kPanelRows) {
        const Size width = panel_width(product, first);
        const float* panel = product.panels + first * product.terms;
        alignas(64) float sums[kPanelRows * kLanes] = {};
        for (Size r = 0; r < width; ++r) {
          const Size row = first + r;
          const float* bias = start.bias == nullptr ? nullptr : start.bias + row * start.row_step;
          for (Size i = 0; i < positions; ++i) {
            sums[r * kLanes + i] =
                bias == nullptr ? y[row * run.row_stride + p + i] : bias[(p + i) * start.position_step];
          }
        }
        for_each_block(width, [&](Size r, Size rows) {
          const TileBlock<Listed, 1> block{panel + r, width,   {run.taps}, run.tap_count, x + p, sums + r * kLanes,
                                           kLanes,    nullptr, 0};
          with_constant<kBlock>(rows, block);
        });
        for (Size r = 0; r < width; ++r) {
          for (Size i = 0; i < positions; ++i) y[(first + r) * run.row_stride + p + i] = sums[r * kLanes + i];
        }
      }
    }
  }

  /// Sums of several panels' rows over listed terms, for one input.
  struct PanelBlock {
    const float* panel[8];
    Size width[8];
    const float* x;
    const std::uint32_t* terms;
    Size count;
    float* y;  // kPanelRows per panel

    template <Size kPanels>
    [[gnu::always_inline]] void run() const {
      Vector sum[kPanels][kVectors];
#pragma GCC unroll 8
      for (Size p = 0; p < kPanels; ++p) {
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) sum[p][v] = Vector::load(y + p * kPanelRows + v * kWidth);
      }
      // only the last panel may be narrow; its loads run on into the next term, whose rows come out as rubbish in y's
      // pad
      for (Size i = 0; i < count; ++i) {
        const Size t = terms[i];
        const Vector scale = Vector::broadcast(x + t);
#pragma GCC unroll 8
        for (Size p = 0; p < kPanels; ++p) {
          const float* w = panel[p] + t * (p + 1 == kPanels ? width[p] : kPanelRows);
#pragma GCC unroll 2
          for (Size v = 0; v < kVectors; ++v) sum[p][v].add_product(scale, Vector::load(w + v * kWidth));
        }
      }
#pragma GCC unroll 8
      for (Size p = 0; p < kPanels; ++p) {
#pragma GCC unroll 2
        for (Size v = 0; v < kVectors; ++v) sum[p][v].store(y + p * kPanelRows + v * kWidth);
      }
    }
  };

  static void linear_one(const Product& product, const Start& start, const float* x, float* y) {
    constexpr Size kPanels = 8 / kVectors;  // eight sums at a time hide the latency of a fused product
    if (start.bias != nullptr) {
      for (Size r = 0; r < product.rows; ++r) y[r] = start.bias[r * start.row_step];
    }
    for (Size from = 0; from < product.terms; from += kTermsOne) {
      std::uint32_t terms[kTermsOne];
      Size count = 0;
      for (Size t = 0; t < least(kTermsOne, product.terms - from); ++t) {
        terms[count] = static_cast<std::uint32_t>(t);
        count += x[from + t] != 0 ? 1 : 0;
      }
      for (Size first = 0; first < product.rows; first += kPanels * kPanelRows) {
        const Size rows = least(kPanels * kPanelRows, product.rows - first);
        const Size panels = (rows + kPanelRows - 1) / kPanelRows;
        float sum[kPanels * kPanelRows] = {};
        for (Size r = 0; r < rows; ++r) sum[r] = y[first + r];
        PanelBlock block{{}, {}, x + from, terms, count, sum};
        for (Size p = 0; p < panels; ++p) {
          const Size row = first + p * kPanelRows;
          block.width[p] = panel_width(product, row);
          block.panel[p] = product.panels + row * product.terms + from * block.width[p];
        }
        with_constant<kPanels>(panels, block);
        for (Size r = 0; r < rows; ++r) y[first + r] = sum[r];
      }
    }
  }

  /// Adds some scaled rows to y, one after the other.
  struct RowBlock {
    const float* const* rows;
    const float* scale;
    Size from, count;
    float* y;

    template <Size kRows>
    [[gnu::always_inline]] void run() const {
      const float* row[kRows];
      Vector s[kRows];
#pragma GCC unroll 4
      for (Size r = 0; r < kRows; ++r) {
        row[r] = rows[r] + from;
        s[r] = Vector::broadcast(scale + r);
      }
      Size i = 0;
      for (; i + kWidth <= count; i += kWidth) {
        Vector sum = Vector::load(y + from + i);
#pragma GCC unroll 4
        for (Size r = 0; r < kRows; ++r) sum.add_product(s[r], Vector::load(row[r] + i));
        sum.store(y + from + i);
      }
      for (; i < count; ++i) {
        for (Size r = 0; r < kRows; ++r) y[from + i] = __builtin_fmaf(scale[r], row[r][i], y[from + i]);
      }
    }
  };

  static void add_rows(const float* const* rows, const float* scale, Size count, Size columns, float* y) {
    constexpr Size kColumns = 4096;  // of y at a time: 16 KB, which stay in the L1 cache while the rows pass by
    constexpr Size kRows = 4;        // more would save loads and stores of y, and read more rows at once
    for (Size from = 0; from < columns; from += kColumns) {
      for (Size r = 0; r < count; r += kRows) {
        with_constant<kRows>(least(kRows, count - r),
                             RowBlock{rows + r, scale + r, from, least(kColumns, columns - from), y});
      }
    }
  }

  static constexpr Kernels table() { return {linear_tile, linear_one, add_rows, taps_tile, taps_one, taps_row}; }
};

}  // namespace standfast::kernels
