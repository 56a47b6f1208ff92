// Inputs that are worked on side by side: every value of a tile is kLanes floats, one per input, lane innermost, so
// that an operation is vectorised over inputs and the bits of one do not depend on its neighbours.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace standfast {

/// The number of inputs of a tile: one cache line of floats. With twice as many, the rows of an image of width 32 lie
/// 4096 bytes apart, where they drive each other out of the L1 cache.
inline constexpr std::size_t kLanes = 16;

/// Memory from the start of a cache line, so that no vector lies across two.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <class U>
  LineAllocator(const LineAllocator<U>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T* at, std::size_t) { ::operator delete(at, kLine); }

  template <class U>
  friend bool operator==(const LineAllocator&, const LineAllocator<U>&) {
    return true;
  }
};

using AlignedFloats = std::vector<float, LineAllocator<float>>;

}  // namespace standfast
