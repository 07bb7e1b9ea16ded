#include "checkpoint/checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>

#include "base/error.hpp"
#include "base/mapped_file.hpp"
#include "base/nearest.hpp"
#include "checkpoint/safetensors.hpp"
#include "checkpoint/shard_index.hpp"
#include "checkpoint/torch_file.hpp"

namespace nlp::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWrapper = "module.";
constexpr std::pair<std::string_view, std::string_view> kOldEndings[] = {
    {"LayerNorm.gamma", "LayerNorm.weight"},
    {"LayerNorm.beta", "LayerNorm.bias"},
};

enum class Form { safetensors, torch };

// What a directory's weights may be called; the first one that is there is read.
struct Place {
  const char* name;
  Form form;
  bool is_index = false;
};
constexpr Place kPlaces[] = {
    {"model.safetensors", Form::safetensors},
    {kShardIndex, Form::safetensors, true},
    {"pytorch_model.bin", Form::torch},
    {"pytorch_model.bin.index.json", Form::torch, true},
};

std::string name_today(std::string name) {
  if (name.starts_with(kWrapper)) name.erase(0, kWrapper.size());
  for (const auto& [old, today] : kOldEndings)
    if (name.ends_with(old)) name.replace(name.size() - old.size(), old.size(), today);
  return name;
}

// A link whose target is gone: the file is meant, and others are no substitute.
bool dangles(const fs::path& file) {
  std::error_code unknown;
  return fs::is_symlink(file, unknown) && !fs::exists(file, unknown);
}

}  // namespace

struct Checkpoint::Files {
  fs::path path;
  std::vector<std::string> names;  // of the mapped files
  std::vector<MappedFile> mapped;
  std::vector<std::unique_ptr<std::byte[]>> copies;
  std::vector<std::vector<float>> scales;  // copies, since files align to as little as a byte
  Tensors tensors;

  Tensors parse(Form form, std::span<const std::byte> bytes, const std::string& where) {
    if (form == Form::safetensors) return parse_safetensors(bytes, where);
    TorchFile file = parse_torch_file(bytes, where);
    std::ranges::move(file.copies, std::back_inserter(copies));
    return std::move(file.tensors);
  }

  void read(const fs::path& file, Form form, const std::vector<std::string>& promised) {
    if (dangles(file))
      throw Error(
          Kind::model,
          fmt::format("{}: a link to {}, which is not there; are the files of another model "
                      "missing that this one shares?",
                      file.string(), fs::read_symlink(file).string()));
    mapped.emplace_back(file);
    names.push_back(file.filename());
    Tensors found = parse(form, mapped.back().bytes(), file.string());
    for (const std::string& name : promised)
      if (!found.contains(name))
        throw Error(Kind::model, fmt::format("{}: no tensor {}, which the index says is there",
                                             file.string(), name));
    for (auto& [name, view] : found)
      if (!tensors.emplace(name_today(name), std::move(view)).second)
        throw Error(Kind::model, fmt::format("{}: the tensor {} is there twice", file.string(),
                                             name_today(name)));
  }

  // Tensors of int8 get the scales that lie beside them under NAME_scale; those are no tensors of
  // their own then.  Where there are none, require() tells.
  void attach_scales() {
    for (auto& [name, view] : tensors) {
      if (view.dtype != tensor::DType::i8) continue;
      const auto found = tensors.find(name + std::string(kScaleEnding));
      if (found == tensors.end()) continue;
      view.row_scales = read_scales(found->first, found->second, view.shape);
      tensors.erase(found);
    }
  }

  const float* read_scales(const std::string& name, const tensor::TensorView& view,
                           const tensor::Shape& of) {
    const auto fail = [&](const std::string& what) {
      throw Error(Kind::model, fmt::format("{}: {}: {}; the file is damaged, or not of nlp",
                                           path.string(), name, what));
    };
    const tensor::Shape wanted = {of.empty() ? 1 : of.front()};
    if (view.dtype != tensor::DType::f32 || view.shape != wanted)
      fail(fmt::format("scales of rows (expected float32 {}, got {} {})", tensor::to_string(wanted),
                       name_of(view.dtype), tensor::to_string(view.shape)));
    auto& all = scales.emplace_back(static_cast<std::size_t>(wanted.front()));
    tensor::to_f32(view, 0, all);
    for (std::size_t row = 0; row < all.size(); ++row)
      if (!std::isfinite(all[row]) || std::signbit(all[row]))
        fail(fmt::format("the scale of row {} (expected a finite number from 0 on, got {})", row,
                         all[row]));
    return all.data();
  }

  // Where the scales of a view lie: which ones, and from which on.
  std::optional<std::string> place_of(const float* of_rows) const {
    const std::less_equal<const float*> not_behind;
    for (std::size_t k = 0; k < scales.size(); ++k)
      if (const float* first = scales[k].data();
          not_behind(first, of_rows) && not_behind(of_rows, first + scales[k].size()))
        return fmt::format("{}+{}", k, of_rows - first);
    return std::nullopt;
  }
};

Checkpoint::Checkpoint(std::unique_ptr<Files> files) : files_(std::move(files)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Checkpoint Checkpoint::open(const fs::path& directory) {
  std::error_code unknown;  // a path that cannot even be looked up is not there
  if (!fs::is_directory(directory, unknown))
    throw Error(Kind::model, directory.string() + ": no such directory; is the path right?");
  auto files = std::make_unique<Files>();
  files->path = directory;
  const auto* place = std::ranges::find_if(
      kPlaces, [&](const Place& each) { return fs::exists(directory / each.name, unknown); });
  if (place == std::end(kPlaces))
    place = std::ranges::find_if(kPlaces, [&](const Place& each) {
      return !each.is_index && dangles(directory / each.name);
    });
  if (place == std::end(kPlaces))
    throw Error(Kind::model, fmt::format("{}: no weights (expected model.safetensors, "
                                         "pytorch_model.bin, or the index of either's shards)",
                                         directory.string()));
  if (!place->is_index) {
    files->read(directory / place->name, place->form, {});
  } else {
    for (const auto& [shard, names] : read_shard_index(directory / place->name))
      files->read(directory / shard, place->form, names);
  }
  files->attach_scales();
  return Checkpoint(std::move(files));
}

const tensor::TensorView* Checkpoint::find(std::string_view name) const {
  const auto found = files_->tensors.find(name);
  return found == files_->tensors.end() ? nullptr : &found->second;
}

const tensor::TensorView& Checkpoint::require(std::string_view name,
                                              const tensor::Shape& shape) const {
  const tensor::TensorView* view = find(name);
  if (!view) {
    constexpr std::size_t kSuggestions = 3;
    throw Error(Kind::model,
                fmt::format("{}: no tensor {}; nearest: {}", files_->path.string(), name,
                            fmt::join(nearest(name, names(), kSuggestions), ", ")));
  }
  if (view->shape != shape)
    throw Error(Kind::model,
                fmt::format("{}: {}: shape (expected {}, got {}); does config.json belong to it?",
                            files_->path.string(), name, tensor::to_string(shape),
                            tensor::to_string(view->shape)));
  if (view->dtype == tensor::DType::i8 && view->row_scales == nullptr)
    throw Error(Kind::model, fmt::format("{}: {}: int8, but there is no {}{}; is the file whole?",
                                         files_->path.string(), name, name, kScaleEnding));
  return *view;
}

std::vector<std::string_view> Checkpoint::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, view] : files_->tensors) names.push_back(name);
  return names;
}

std::optional<std::string> Checkpoint::identity() const {
  constexpr std::int64_t kSettled = 2'000'000'000;  // nanoseconds
  std::string text;
  for (std::size_t k = 0; k < files_->mapped.size(); ++k) {
    const auto& stamp = files_->mapped[k].stamp();
    if (stamp.opened - stamp.changed < kSettled) return std::nullopt;
    text +=
        fmt::format("{}: {} bytes, inode {}, modified {}, changed {}\n", files_->names[k],
                    files_->mapped[k].bytes().size(), stamp.inode, stamp.modified, stamp.changed);
  }
  return text;
}

std::uint64_t Checkpoint::bytes() const {
  std::uint64_t sum = 0;
  for (const MappedFile& file : files_->mapped) sum += file.bytes().size();
  return sum;
}

std::optional<std::string> Checkpoint::place(const tensor::TensorView& view) const {
  for (std::size_t k = 0; k < files_->mapped.size(); ++k) {
    const auto offset = files_->mapped[k].offset_of({view.data, view.bytes()});
    if (!offset) continue;
    const auto values = fmt::format("{}:{}+{}", k, *offset, view.bytes());
    if (!view.row_scales) return values;
    const auto scales = files_->place_of(view.row_scales);
    return scales ? std::optional(values + "*" + *scales) : std::nullopt;
  }
  return std::nullopt;
}

void Checkpoint::forget(std::span<const std::byte> values) const {
  for (const MappedFile& file : files_->mapped) file.forget(values);
}

const fs::path& Checkpoint::path() const { return files_->path; }

}  // namespace nlp::checkpoint
