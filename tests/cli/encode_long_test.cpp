// A long text beside short ones, as arrays.
#include <cstring>

#include "base/npz_reader.hpp"
#include "support/program.hpp"

namespace {

nlp::NpzArrays encoded(const std::filesystem::path& file, const std::string& texts,
                       const std::string& layers) {
  const auto ended = program::run({"encode", "-m", program::model("bert-mlm"), "--layers", layers,
                                   "-f", "npz", "-o", file.string()},
                                  texts);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  const std::string bytes = program::read(file);
  return nlp::read_npz(std::as_bytes(std::span(bytes)), file.string());
}

bool same(const nlp::npy::Array& left, const nlp::npy::Array& right) {
  return left.shape == right.shape && left.values.size() == right.values.size() &&
         std::memcmp(left.values.data(), right.values.data(), left.values.size()) == 0;
}

}  // namespace

// The rows of one layer are written as they come, and wait in a file where they are many; those of
// several layers are put together first.
TEST_CASE("a long text's rows are the same written as they come and put together", "[cli]") {
  const TemporaryDirectory folder;
  std::string texts = "the sun is bright\n";
  for (int k = 0; k < 35000; ++k) texts += "a dog ran up ";
  texts += "\n\nthe moon\n";
  const auto one = encoded(folder.path() / "one.npz", texts, "-1");
  const auto two = encoded(folder.path() / "two.npz", texts, "0,-1");
  for (const auto& name : {"input_ids", "attention_mask", "token_type_ids", "hidden.2"})
    REQUIRE(two.contains(name));
  for (const auto& [name, array] : one) {
    INFO(name);
    CHECK(same(array.array, two.at(name).array));
  }
  const auto& hidden = one.at("hidden.2").array;
  CHECK(hidden.shape[0] == 4);
  CHECK(hidden.shape[1] > 131072);  // 16 MiB
  // What stands behind a shorter text is zero.
  const auto mask = one.at("attention_mask").array.values;
  CHECK(mask.size() == static_cast<std::size_t>(4 * hidden.shape[1] * 8));
  CHECK(std::ranges::all_of(mask.last(8000), [](std::byte byte) { return byte == std::byte{0}; }));
}
