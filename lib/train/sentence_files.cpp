#include "train/sentence_files.hpp"

#include <fmt/format.h>

#include <fstream>
#include <variant>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/synced.hpp"
#include "task/sentence_modules.hpp"

namespace nlp::train {
namespace {

namespace fs = std::filesystem;

void write_json(const fs::path& file, const Json& json) {
  std::ofstream out(file, std::ios::binary);
  out << json.dump(2) << "\n";
  out.close();
  if (!out) throw Error(Kind::io, file.string() + ": cannot be written");
  sync(file);
}

void write_new(const fs::path& directory, std::int64_t max_tokens) {
  const auto module = [](int index, const char* path, const char* type) {
    return Json{{"idx", index},
                {"name", std::to_string(index)},
                {"path", path},
                {"type", fmt::format("sentence_transformers.models.{}", type)}};
  };
  const Json config = read_json(directory / "config.json");
  fs::create_directories(directory / "1_Pooling");
  write_json(directory / "modules.json",
             Json::array({module(0, "", "Transformer"), module(1, "1_Pooling", "Pooling"),
                          module(2, "2_Normalize", "Normalize")}));
  write_json(directory / "1_Pooling" / "config.json",
             {{"word_embedding_dimension", config.value("hidden_size", config.value("dim", 0))},
              {"pooling_mode_cls_token", false},
              {"pooling_mode_mean_tokens", true},
              {"pooling_mode_max_tokens", false},
              {"pooling_mode_mean_sqrt_len_tokens", false}});
  write_json(directory / "sentence_bert_config.json",
             {{"max_seq_length", max_tokens}, {"do_lower_case", false}});
}

void copy_all(const fs::path& source, const fs::path& directory) {
  for (const char* const name :
       {"modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"})
    if (fs::exists(source / name))
      fs::copy_file(source / name, directory / name, fs::copy_options::overwrite_existing);
  for (const auto& module : read_json(source / "modules.json")) {
    const std::string path = module.value("path", "");
    if (path.empty() || !fs::is_directory(source / path)) continue;
    fs::create_directories(directory / path);
    for (const auto& entry : fs::directory_iterator(source / path))
      if (entry.is_regular_file())
        fs::copy_file(entry.path(), directory / path / entry.path().filename(),
                      fs::copy_options::overwrite_existing);
  }
}

}  // namespace

bool begin_sentence_files(const fs::path& source, const fs::path& directory,
                          std::int64_t max_tokens) {
  try {
    const task::SentenceModules modules = task::read_sentence_modules(source);
    if (modules.found) {
      const bool plain =
          modules.pooling.size() == 1 && !modules.splade &&
          fs::weakly_canonical(modules.transformer) == fs::weakly_canonical(source) &&
          (modules.pooling.front() == task::Pooling::mean ||
           modules.pooling.front() == task::Pooling::cls);
      for (const auto& step : modules.steps)
        if (!plain || !std::holds_alternative<task::Normalize>(step))
          throw Error(Kind::model, source.string() +
                                       ": modules.json has modules that cannot be trained yet; "
                                       "mean or cls pooling and Normalize can");
      if (fs::weakly_canonical(source) != fs::weakly_canonical(directory))
        copy_all(source, directory);
      return modules.pooling.front() == task::Pooling::mean;
    }
    if (fs::weakly_canonical(source) != fs::weakly_canonical(directory))
      fs::copy_file(source / "config.json", directory / "config.json",
                    fs::copy_options::overwrite_existing);
    write_new(directory, max_tokens);
    return true;
  } catch (const fs::filesystem_error& error) {
    throw Error(Kind::io, error.what());
  }
}

}  // namespace nlp::train
