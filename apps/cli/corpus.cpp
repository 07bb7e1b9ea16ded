#include "cli/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "cli/set_run.hpp"
#include "cli/signals.hpp"
#include "cli/vector_output.hpp"

namespace nlp::cli {

Corpus::Corpus(const std::string& file, const std::string& texts, const InputOptions& input) {
  MappedInput mapped(file);
  const bool array = npy::is_array_file(mapped.bytes());
  if (!array) {
    if (!texts.empty())
      throw Error(Kind::usage, fmt::format("--texts: {} holds lines itself (expected a .npy file "
                                           "for --corpus)",
                                           mapped.name()));
    lines_.emplace(std::move(mapped), input);
  } else {
    array_ = npy::read(mapped.bytes(), mapped.name());
    if (array_.shape.size() != 2 || array_.column_major)
      throw Error(Kind::data,
                  fmt::format("{}: shape [{}]{} (expected one row for each line: [lines, numbers], "
                              "as nlp embed writes it)",
                              mapped.name(), fmt::join(array_.shape, ", "),
                              array_.column_major ? " in Fortran's order" : ""));
    file_.emplace(std::move(mapped));
    if (!texts.empty()) lines_.emplace(MappedInput(texts), input);
    if (lines_ && lines_->count() != array_.shape[0])
      throw Error(Kind::data,
                  fmt::format("{}: {} (expected as many as {} has rows, {})", lines_->name(),
                              counted(static_cast<std::uint64_t>(lines_->count()), "line"),
                              file_->name(), array_.shape[0]));
  }
  if (lines_) input.app().messages().warn_of_repaired(lines_->repaired(), lines_->name());
}

void Corpus::embed(const task::Embedder& embedder, const model::Model& model,
                   const ComputeOptions& compute, const InputOptions& input,
                   bool stdout_is_terminal) {
  const std::size_t size = static_cast<std::size_t>(embedder.size()) * sizeof(float);
  spool_ = std::make_unique<TemporaryFile>();
  std::atomic<std::uint64_t> cut = 0, failed = 0;
  const auto write = [&](std::size_t line, std::span<const float> vector) {
    spool_->write_at(line * size, {reinterpret_cast<const char*>(vector.data()), size});
  };
  const auto fail = [&](std::size_t line, const Error& error) {
    if (error.kind() != Kind::data) throw error;
    if (!input.skip_errors) throw error.at(fmt::format("{}:{}", lines_->name(), line + 1));
    ++failed;
    write(line, std::vector<float>(size / sizeof(float), std::numeric_limits<float>::quiet_NaN()));
  };
  {
    Progress progress(input.app().messages(), stdout_is_terminal, "corpus line");
    for_each_part(
        static_cast<std::size_t>(lines_->count()), model, compute, progress,
        [&](std::size_t first, std::size_t last, model::Workspace& workspace) {
          check_signals();
          std::vector<task::SplitInput> texts;
          std::vector<std::size_t> places;
          for (std::size_t k = first; k < last; ++k) {
            try {
              texts.push_back(embedder.prepare(lines_->line(static_cast<std::int64_t>(k))));
              places.push_back(k);
              cut += texts.back().truncated;
            } catch (const Error& error) {
              fail(k, error);
            }
          }
          const auto vectors = embedder(texts, workspace);
          for (std::size_t k = 0; k < texts.size(); ++k) write(places[k], vectors[k]);
        });
  }
  const Messages& messages = input.app().messages();
  messages.warn_of_cut(cut, "line", lines_->name());
  if (failed > 0)
    messages.warn(
        fmt::format("{}: {} with an error skipped", lines_->name(), counted(failed, "line")));
  made_ = std::make_unique<MappedFile>(spool_->path());
  array_.shape = {lines_->count(), embedder.size()};
  array_.values = made_->bytes();
}

void Corpus::prepare(const Search& search) {
  const std::int64_t rows = array_.shape[0], columns = array_.shape[1];
  const std::string& name = file_ ? file_->name() : lines_->name();
  const bool bytes = array_.element == npy::Element::i8 || array_.element == npy::Element::u8;
  // Bits have an eighth of the bytes that numbers have.
  const bool bits = bytes && columns == (search.size + 7) / 8 && search.ranges.empty();
  if (search.rescore && !bits)
    throw Error(Kind::usage,
                fmt::format("--rescore: {} is not binary; its scores are exact", name));
  if (!search.ranges.empty() && !bytes)
    throw Error(Kind::usage, fmt::format("--ranges: {} is neither int8 nor uint8", name));
  if (bits && search.names_similarity)
    throw Error(
        Kind::usage,
        fmt::format("--similarity: {} is binary; its scores are by bits that differ", name));
  if (bits) return prepare_bits(search);
  if (!bytes && array_.element != npy::Element::f32)
    throw Error(Kind::data, fmt::format("{}: {} (expected float32, int8 or uint8, as nlp embed "
                                        "writes them)",
                                        name, name_of(array_.element)));
  if (columns != search.size)
    throw Error(Kind::data,
                fmt::format("{}: numbers of a vector (expected {}, as the model's, got {}); take "
                            "the model it was made with, or --dims",
                            name, search.size, columns));
  if (bytes) return prepare_bytes(search);
  const auto values = array_.floats();
  if (!values) throw Error(Kind::data, name + ": its values do not lie on 4 bytes; write it again");
  rows_ = std::make_unique<task::NearestRows>(
      dnn::ConstMatrix{values->data(), rows, columns, columns}, search.similarity, search.threads);
}

std::span<const std::uint8_t> Corpus::bytes() const {
  return {reinterpret_cast<const std::uint8_t*>(array_.values.data()),
          static_cast<std::size_t>(array_.shape[0] * array_.shape[1])};
}

void Corpus::prepare_bytes(const Search& search) {
  if (search.ranges.empty())
    throw Error(Kind::usage,
                fmt::format("{}: what its bytes stand for; give --ranges FILE, the one "
                            "that nlp embed --precision had",
                            file_->name()));
  const auto precision =
      array_.element == npy::Element::i8 ? task::Precision::int8 : task::Precision::uint8;
  rows_ = std::make_unique<task::NearestRows>(bytes(), precision,
                                              read_ranges(search.ranges, search.size),
                                              search.similarity, search.threads);
}

void Corpus::prepare_bits(const Search& search) {
  bits_ = std::make_unique<task::NearestBits>(bytes(), search.size,
                                              array_.element == npy::Element::i8, search.threads);
  rescore_ = search.rescore.value_or(0);
}

task::Matches Corpus::nearest(std::span<const std::vector<float>> queries, std::int64_t most) {
  return bits_ ? (*bits_)(queries, most, rescore_) : (*rows_)(queries, most);
}

std::optional<std::string> Corpus::text(std::int64_t row) const {
  if (!lines_) return std::nullopt;
  return lines_->line(row);
}

}  // namespace nlp::cli
