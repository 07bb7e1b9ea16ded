#include "base/error.hpp"
#include "cli/model_store.hpp"
#include "cli/options.hpp"

namespace nlp::cli {

ModelOptions::ModelOptions(App& app, std::string standard) : standard_(std::move(standard)) {
  option_ = app.add_option("-m,--model", given_,
                           "Directory of a model, or its name in the model store; else NLP_MODEL")
                ->type_name("MODEL")
                ->group("Model");
}

std::optional<std::filesystem::path> ModelOptions::find_named() const {
  if (!given_.empty()) return resolve_model(given_, environment);
  if (const auto set = environment("NLP_MODEL")) return resolve_model(*set, environment);
  return std::nullopt;
}

std::filesystem::path ModelOptions::named_directory() const {
  if (const auto named = find_named()) return *named;
  throw Error(Kind::usage, "no model given; pass -m DIRECTORY or set NLP_MODEL");
}

std::filesystem::path ModelOptions::directory(const std::string& standard) const {
  if (const auto named = find_named()) return *named;
  for (const std::string& name : {standard, std::string("default")})
    if (const auto shipped = find_shipped(name)) return *shipped;
  throw Error(Kind::model,
              "no model given, and none that comes with nlp is made for this; pass -m DIRECTORY or "
              "set NLP_MODEL");
}

}  // namespace nlp::cli
