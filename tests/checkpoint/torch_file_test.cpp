// Files of torch.save: every layout of a tensor, both forms, and damaged files.
#include "checkpoint/torch_file.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "checkpoint/safetensors.hpp"
#include "support/catch.hpp"
#include "support/paths.hpp"
#include "support/safetensors_file.hpp"
#include "support/torch_bytes.hpp"

namespace {

using nlp::MappedFile;
using nlp::checkpoint::parse_safetensors;
using nlp::checkpoint::parse_torch_file;
using nlp::checkpoint::TorchFile;
using nlp::tensor::Shape;
using nlp::tensor::TensorView;
using safetensors::bytes_of;
using safetensors::floats;
using torch_bytes::dict;
using torch_bytes::file;
using torch_bytes::legacy;
using torch_bytes::little;
using torch_bytes::number;
using torch_bytes::numbers;
using torch_bytes::storage;
using torch_bytes::tensor;
using torch_bytes::text;
using torch_bytes::tuple;

std::filesystem::path data(const std::string& name) { return paths::data("torch/" + name); }

std::vector<float> values(const TensorView& view) {
  std::vector<float> values(static_cast<std::size_t>(nlp::tensor::count(view.shape)));
  nlp::tensor::to_f32(view, 0, values);
  return values;
}

bool lies_in(const TensorView& view, std::span<const std::byte> bytes) {
  return view.data >= bytes.data() && view.data + view.bytes() <= bytes.data() + bytes.size();
}

std::string refusal(const std::string& bytes) {
  try {
    parse_torch_file(bytes_of(bytes), "w.bin");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "was taken";
}

void check_refused(const std::string& bytes, const std::string& part) {
  const std::string message = refusal(bytes);
  INFO("message: " << message << "\nexpected in it: " << part);
  CHECK(message.rfind("w.bin: ", 0) == 0);
  CHECK(message.find(part) != std::string::npos);
}

const std::string kSix = floats({0, 1, 2, 3, 4, 5});

// A zip file of the tensor `a` in a storage of six values.
std::string one(const std::string& described) {
  return file(dict({{"a", described}}), {{"0", kSix}});
}

}  // namespace

// tests/data/torch: one state dict of views, ties, parameters and all types, saved by torch 2.13
// in the zip form, in the legacy form, and within {"state_dict": …}; expected.safetensors holds
// each tensor made contiguous by torch.
TEST_CASE("tensors of every type and layout that torch saved are what torch reads",
          "[checkpoint]") {
  const MappedFile golden(data("expected.safetensors"));
  const auto expected = parse_safetensors(golden.bytes(), "expected");
  for (const std::string name : {"zip.bin", "legacy.bin", "wrapped.bin"}) {
    const MappedFile mapped(data(name));
    const TorchFile read = parse_torch_file(mapped.bytes(), name);
    // `unsigned` (uint16) has a form that only newer files use.
    CHECK(read.tensors.size() == expected.size() - (name == "wrapped.bin" ? 0 : 1));
    for (const auto& entry : read.tensors) {
      INFO(name << ": " << entry.first);
      const TensorView& wanted = expected.at(entry.first);
      CHECK(entry.second.dtype == wanted.dtype);
      REQUIRE(entry.second.shape == wanted.shape);
      CHECK(std::memcmp(entry.second.data, wanted.data, wanted.bytes()) == 0);
    }
    // What is row-major is not copied; the rest is, tied tensors once.
    for (const char* in_place : {"row_major", "rows", "extent_one", "scalar", "parameter", "bool"})
      CHECK(lies_in(read.tensors.at(in_place), mapped.bytes()));
    CHECK(read.tensors.at("row_major").data == read.tensors.at("tied").data);
    CHECK(read.tensors.at("rows").data == read.tensors.at("row_major").data + 4 * 4);
    CHECK(!lies_in(read.tensors.at("transposed"), mapped.bytes()));
    CHECK(read.tensors.at("transposed").data == read.tensors.at("tied_transposed").data);
    CHECK(read.copies.size() == 6);
  }
}

TEST_CASE("a view of a legacy storage begins where the view does", "[checkpoint]") {
  const auto view = [](std::int64_t first, std::int64_t count) {
    return storage("7", 6, tuple({text("8"), number(first), number(count)}));
  };
  const auto with = [&](const std::string& described) {
    return legacy(dict({{"a", described}}), {"7"}, little(6, 8) + kSix);
  };
  const std::string whole = with(tensor(storage("7", 6, "N"), 1, {2}, {1}));
  CHECK(values(parse_torch_file(bytes_of(whole), "w").tensors.at("a")) == std::vector<float>{1, 2});
  const std::string part = with(tensor(view(2, 3), 1, {2}, {1}));
  CHECK(values(parse_torch_file(bytes_of(part), "w").tensors.at("a")) == std::vector<float>{3, 4});
  check_refused(with(tensor(view(2, 3), 2, {2}, {1})), "reaches beyond its storage");
  check_refused(with(tensor(view(2, 5), 0, {1}, {1})), "a view reaches beyond its storage");
  check_refused(with(tensor(view(7, 0), 0, {0}, {1})), "a view reaches beyond its storage");
}

TEST_CASE("tensors within a wrapper are found, other entries are left out", "[checkpoint]") {
  const std::string inner =
      dict({{"a", tensor(storage("0", 6), 0, {6}, {1})}, {"step", number(3)}});
  for (const std::string name : {"state_dict", "model_state_dict", "model"}) {
    const std::string bytes =
        file(dict({{"epoch", number(1)}, {name, inner}, {"other", "N"}}), {{"0", kSix}});
    const TorchFile read = parse_torch_file(bytes_of(bytes), "w");
    REQUIRE(read.tensors.size() == 1);
    CHECK(values(read.tensors.at("a")).size() == 6);
  }
  check_refused(file(dict({{"weights", inner}}), {{"0", kSix}}), "no tensors by name");
  check_refused(file("N", {}), "no tensors by name");
  check_refused(file("](" + text("a") + "e", {}), "no tensors by name");
  // A wrapper in itself.
  check_refused(file("}q\x01" + text("model") + "h\x01s", {}), "no tensors by name");
}

TEST_CASE("a tensor that its storage does not hold is refused", "[checkpoint]") {
  const std::int64_t most = INT64_MAX;
  const std::string six = storage("0", 6);
  CHECK(refusal(one(tensor(six, 0, {2, 3}, {3, 1}))) == "was taken");
  CHECK(refusal(one(tensor(six, 5, {1, 1}, {most, most}))) == "was taken");  // never stepped
  CHECK(refusal(one(tensor(six, 5, {2, 1}, {0, most}))) == "was taken");
  CHECK(refusal(one(tensor(six, most, {0}, {1}))) == "was taken");  // nothing to reach
  check_refused(one(tensor(six, 1, {2, 3}, {3, 1})), "w.bin: a: reaches beyond");
  check_refused(one(tensor(six, 6, {}, {})), "reaches beyond");
  check_refused(one(tensor(six, most, {2}, {most})), "reaches beyond");
  check_refused(one(tensor(six, 0, {3, 2}, {most, most})), "reaches beyond");
  check_refused(one(tensor(six, 0, {most}, {1})), "reaches beyond");
  check_refused(one(tensor(six, 0, {most, most}, {0, 0})), "too large a shape");
  check_refused(one(tensor(six, -1, {1}, {1})), "offset is no number from 0");
  check_refused(one(tensor(six, 0, {-1}, {1})), "shape is no number from 0");
  check_refused(one(tensor(six, 5, {2}, {-1})), "strides is no number from 0");
  check_refused(one(tensor(six, 0, {2, 3}, {1})), "differ in length");
  check_refused(
      one(tensor(six, 0, std::vector<std::int64_t>(65, 1), std::vector<std::int64_t>(65, 1))),
      "at most 64");
  check_refused(one(tensor(storage("0", 7), 0, {1}, {1})), "storage 0 is too short");
  check_refused(one(tensor(storage("0", most), 0, {1}, {1})), "too large a storage");
  check_refused(one(tensor(storage("0", -1), 0, {1}, {1})), "size is no number");
  check_refused(one(tensor(storage("1", 6), 0, {1}, {1})), "storage 1 is missing");
  check_refused(one(tensor("N", 0, {1}, {1})), "not described as a tensor");
  check_refused(one(tensor(tuple({text("module"), "N", "N", "N", "N"}) + "Q", 0, {1}, {1})),
                "no storage");
  check_refused(one(tensor(text("0") + "Q", 0, {1}, {1})), "no storage");
  const std::string twice =
      text("a") + tensor(six, 0, {1}, {1}) + text("a") + tensor(six, 1, {1}, {1});
  check_refused(file("}(" + twice + "u", {{"0", kSix}}), "the name stands twice");
}

TEST_CASE("a small file cannot ask for large copies", "[checkpoint]") {
  check_refused(one(tensor(storage("0", 6), 0, {1 << 30, 6}, {0, 1})), "repeats its values");
  // Nor by many small ones: each is refused once the file's size is reached.
  std::vector<std::pair<std::string, std::string>> many;
  for (int k = 2; k < 300; ++k)
    many.emplace_back(
        std::to_string(k),
        "h\x01" + tuple({storage("0", 6), number(0), numbers({k * k, 6}), numbers({0, 1})}) + "R");
  const std::string rebuild = torch_bytes::global("torch._utils", "_rebuild_tensor");
  std::string object = "}(" + text("first") + rebuild + "q\x01" +
                       tuple({storage("0", 6), number(0), numbers({6}), numbers({1})}) + "R";
  for (const auto& [name, value] : many) object += text(name) + value;
  check_refused(file(object + "u", {{"0", kSix}}), "repeats its values");
}

TEST_CASE("values that torch would negate when it reads them are refused", "[checkpoint]") {
  const auto with = [](const std::string& metadata) {
    return one(
        torch_bytes::global("torch._utils", "_rebuild_tensor_v2") +
        tuple({storage("0", 6), number(0), numbers({6}), numbers({1}), "\x89", "}", metadata}) +
        "R");
  };
  CHECK(refusal(with("N")) == "was taken");
  CHECK(refusal(with("}")) == "was taken");
  check_refused(with("}" + text("neg") + "\x88s"), "negated");
}

TEST_CASE("a pickle that names a program to run is refused by its name", "[checkpoint]") {
  const std::string run = torch_bytes::global("os", "system") + text("touch was-run") + "\x85R";
  check_refused(file(run, {}), "names os.system,");
  check_refused(legacy(run, {}, ""), "names os.system,");
  check_refused(one(run), "names os.system,");
  check_refused(
      file(torch_bytes::global("transformers.models.bert.modeling_bert", "BertModel") + ")\x81",
           {}),
      "names transformers.models.bert.modeling_bert.BertModel,");
}

TEST_CASE("files of other forms are refused with what to do", "[checkpoint]") {
  const std::string state = torch_bytes::pickle("}");
  check_refused("", "no file of torch.save");
  check_refused("<!DOCTYPE html>", "no file of torch.save");
  check_refused("version https://git-lfs.github.com/spec/v1\n", "git lfs pull");
  std::string tar(1024, '\0');
  tar.replace(257, 5, "ustar");
  check_refused(tar, "tar form");
  check_refused(torch_bytes::zip({{"m/data.pkl", state}, {"m/constants.pkl", state}}),
                "TorchScript");
  check_refused(torch_bytes::zip({{"m/a", "b"}}), "without data.pkl");
  check_refused(torch_bytes::zip({{"m/data.pkl", state}, {"m/byteorder", "big"}}),
                "byte order big");
  check_refused(state, "magic number");
  std::string other = legacy("}", {}, "");
  const auto version = other.find(number(1001));
  check_refused(other.replace(version, 10, number(1002)), "another version than 1001");
}

TEST_CASE("a legacy file whose storages are damaged is refused", "[checkpoint]") {
  const std::string object = dict({{"a", tensor(storage("7", 6), 0, {6}, {1})}});
  const std::string stored = little(6, 8) + kSix;
  CHECK(refusal(legacy(object, {"7"}, stored)) == "was taken");
  check_refused(legacy(object, {}, ""), "storage 7 is missing");
  check_refused(legacy(object, {"7"}, ""), "ends within its storage 7");
  check_refused(legacy(object, {"7"}, stored.substr(0, stored.size() - 1)), "ends within");
  check_refused(legacy(object, {"7"}, little(7, 8) + kSix + "1234"), "another size");
  check_refused(legacy(object, {"7"}, little(~std::uint64_t{0}, 8) + kSix), "another size");
  check_refused(legacy(object, {"7", "7"}, stored + stored), "there twice");
  check_refused(legacy(object, {"8"}, stored), "no tensor names");
}

TEST_CASE("a file of torch cut or changed anywhere is refused or stays within its bytes",
          "[checkpoint]") {
  for (const std::string name : {"zip.bin", "legacy.bin"}) {
    const MappedFile mapped(data(name));
    const std::string good(reinterpret_cast<const char*>(mapped.bytes().data()),
                           mapped.bytes().size());
    for (std::size_t size = 0; size < good.size(); size += 7)
      CHECK(refusal(good.substr(0, size)) != "was taken");
    for (std::size_t at = 0; at < good.size(); ++at) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      try {
        const TorchFile read = parse_torch_file(bytes_of(bytes), "w");
        double sum = 0;  // every value is read
        for (const auto& [tensor_name, view] : read.tensors)
          for (std::size_t k = 0; k < view.bytes(); ++k) sum += std::to_integer<int>(view.data[k]);
        CHECK(sum > 0);
      } catch (const nlp::Error& error) {
        CHECK(error.kind() == nlp::Kind::model);
      }
    }
  }
}
