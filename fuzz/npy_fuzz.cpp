// NPY arrays, as features and as labels, and NPZ archives of them.
#include <cstddef>
#include <cstdint>
#include <span>

#include "check_dataset.hpp"
#include "data/arrays.hpp"
#include "data/bytes.hpp"

namespace {

void read_npy(standfast::files::Bytes bytes) {
  using namespace standfast;
  check_result(data::npy_dataset(bytes, "fuzz.npy", false));
  const auto array = data::parse_npy(bytes, "fuzz.npy");
  if (!array.ok() || array->data.empty()) return;
  Dataset labelled;
  labelled.input_shape = {1};
  for (std::int64_t i = 0; i < array->shape[0]; ++i) labelled.source_index.push_back(i);
  labelled.features.resize(labelled.count());
  const auto status = data::labels_from_array(*array, "fuzz.npy", labelled);
  check_error(status);
  if (status.ok()) check_dataset(labelled);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (standfast::files::as_text(bytes).starts_with("\x93NUMPY")) {
    read_npy(bytes);
  } else {
    standfast::check_result(standfast::data::npz_dataset(bytes, "fuzz.npz", true));
    standfast::check_result(standfast::data::npz_dataset(bytes, "fuzz.npz", false));
  }
  return 0;
}
