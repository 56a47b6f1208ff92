// IDX pairs and CIFAR-10 batches. The first byte picks: 'I' two-byte length, images, labels; 'C' a batch; 'N' its
// names.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "check_dataset.hpp"
#include "data/bytes.hpp"
#include "data/cifar.hpp"
#include "data/idx.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace standfast;
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  if (data[0] == 'C') {
    check_result(data::parse_cifar(bytes, "fuzz.bin", {}));
  } else if (data[0] == 'N') {
    check_error(data::parse_cifar_names(files::as_text(bytes), "fuzz.txt"));
  } else if (bytes.size() >= 2) {
    const auto rest = bytes.subspan(2);
    const std::size_t length = std::to_integer<std::size_t>(bytes[0]) << 8 | std::to_integer<std::size_t>(bytes[1]);
    const std::size_t cut = std::min(length, rest.size());
    check_result(data::parse_idx_images(rest.first(cut), "images"));
    check_result(data::parse_idx(rest.first(cut), "images", rest.subspan(cut), "labels"));
  }
  return 0;
}
