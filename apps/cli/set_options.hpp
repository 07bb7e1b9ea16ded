// What commands that read labelled sets have in common on the command line.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cli/app.hpp"
#include "train/data/labels.hpp"
#include "train/data/table.hpp"

namespace nlp::cli {

// FILE…, --max-line; where the set is a table --input and --header, with `map` --map, with
// `unlabelled` --unlabelled.
class SetOptions {
 public:
  struct Spec {
    bool table = true;
    bool map = false;
    bool unlabelled = false;
  };
  SetOptions(App& app, Spec spec);
  SetOptions(const SetOptions&) = delete;

  std::vector<std::string> files;  // never empty once parsed; `-` is stdin
  std::uint64_t max_line = train::kMaxLine;
  std::vector<std::string> unlabelled;  // kinds of entities

  train::TableOptions table() const;
  train::Renamed renamed() const { return train::read_renamed(map_); }

 private:
  App& app_;
  train::TableFormat format_ = train::TableFormat::by_name;
  train::Header header_ = train::Header::detect;
  std::vector<std::string> map_;
};

}  // namespace nlp::cli
