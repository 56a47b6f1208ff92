// Arithmetic: independent chains of multiply-adds that never leave the registers. Memory: sums over an array larger
// than any cache. The best of many short runs counts, on each thread's own processor time; threads are added up.
#include "lab/bench/machine_peak.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include <time.h>

#include "base/parallel.hpp"
#include "kernels/instruction_set.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define STANDFAST_HAS_X86 1
#else
#define STANDFAST_HAS_X86 0
#endif

namespace standfast::lab {
namespace {

constexpr std::size_t kChains = 10;                       // enough to hide the latency of a multiply-add on two units
constexpr std::size_t kTurns = 100000;                    // long beside the clock's own cost, short beside a time slice
constexpr std::size_t kReadWords = std::size_t{1} << 25;  // 256 MiB: more than any cache

double thread_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Runs independent chains of x = x * a + b on registers; the number of operations, multiplication and sum apart.
using Spin = double (*)(volatile float& sink);

double spin_portable(volatile float& sink) {
  std::array<float, 4 * kChains> x{};
  constexpr std::size_t kFewer = kTurns / 4;
  for (std::size_t turn = 0; turn < kFewer; ++turn)
    for (auto& value : x) value = value * 0.999F + 0.001F;
  for (const float value : x) sink = value;
  return 2.0 * static_cast<double>(x.size()) * static_cast<double>(kFewer);
}

#if STANDFAST_HAS_X86
struct Lanes8 {
  __m256 of;
};
struct Lanes16 {
  __m512 of;
};

__attribute__((target("avx2,fma"))) double spin_avx2(volatile float& sink) {
  std::array<Lanes8, kChains> x;
  for (auto& lanes : x) lanes.of = _mm256_set1_ps(0);
  const __m256 a = _mm256_set1_ps(0.999F);
  const __m256 b = _mm256_set1_ps(0.001F);
  for (std::size_t turn = 0; turn < kTurns; ++turn)
    for (std::size_t k = 0; k < kChains; ++k) x[k].of = _mm256_fmadd_ps(x[k].of, a, b);
  for (const auto& lanes : x) sink = _mm256_cvtss_f32(lanes.of);
  return 2.0 * 8 * static_cast<double>(kChains * kTurns);
}

__attribute__((target("avx512f"))) double spin_avx512(volatile float& sink) {
  std::array<Lanes16, kChains> x;
  for (auto& lanes : x) lanes.of = _mm512_set1_ps(0);
  const __m512 a = _mm512_set1_ps(0.999F);
  const __m512 b = _mm512_set1_ps(0.001F);
  for (std::size_t turn = 0; turn < kTurns; ++turn)
    for (std::size_t k = 0; k < kChains; ++k) x[k].of = _mm512_fmadd_ps(x[k].of, a, b);
  for (const auto& lanes : x) sink = _mm512_cvtss_f32(lanes.of);
  return 2.0 * 16 * static_cast<double>(kChains * kTurns);
}
#endif

struct Instructions {
  const char* name;
  Spin spin;
};

Instructions widest_instructions() {
#if STANDFAST_HAS_X86
  using kernels::InstructionSet;
  if (kernels::is_available(InstructionSet::kAvx512)) return {"avx512", spin_avx512};
  if (kernels::is_available(InstructionSet::kAvx2)) return {"avx2", spin_avx2};
#endif
  return {"portable", spin_portable};
}

/// The best of what fits into `seconds`: a peak is what nothing disturbed.
template <class Work>
double best_rate(double seconds, const Work& work) {
  double best = 0;
  const double end = thread_now() + seconds;
  do {
    const double start = thread_now();
    const double done = work();
    best = std::max(best, done / std::max(thread_now() - start, 1e-9));
  } while (thread_now() < end);
  return best;
}

/// Sixteen sums side by side: fewer would wait for additions, not for memory.
std::uint64_t sum_of(const std::vector<std::uint64_t>& words) {
  constexpr std::size_t kSums = 16;
  std::array<std::uint64_t, kSums> sums{};
  for (std::size_t i = 0; i + kSums <= words.size(); i += kSums)
    for (std::size_t k = 0; k < kSums; ++k) sums[k] += words[i + k];
  std::uint64_t total = 0;
  for (const auto sum : sums) total += sum;
  return total;
}

void measure_thread(double seconds, MachinePeak& peak) {
  volatile float float_sink = 0;
  volatile std::uint64_t word_sink = 0;
  peak.flops = best_rate(seconds, [&] { return widest_instructions().spin(float_sink); });
  const std::vector<std::uint64_t> words(kReadWords, 1);  // written: untouched pages are all one page of zeros
  peak.read_bytes = best_rate(seconds, [&] {
    word_sink = sum_of(words);
    return static_cast<double>(words.size() * sizeof(std::uint64_t));
  });
}

}  // namespace

std::string processor_type() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string peak_instructions() { return widest_instructions().name; }

MachinePeak measure_peak(std::size_t threads, double seconds) {
  MachinePeak total;
  std::mutex mutex;
  const auto measure = [&] {
    MachinePeak one;
    measure_thread(seconds, one);
    const std::scoped_lock lock(mutex);
    total.flops += one.flops;
    total.read_bytes += one.read_bytes;
  };
  std::vector<std::jthread> others = start_threads(threads - 1, measure);
  total.threads = others.size() + 1;
  measure();
  others.clear();  // joins
  return total;
}

}  // namespace standfast::lab
