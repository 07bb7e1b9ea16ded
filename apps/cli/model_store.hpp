// Where models lie: a directory, the store shared with Hugging Face's libraries (store/cache.hpp),
// or our own share/.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nlp::cli {

// The value of an environment variable; absent where it is unset or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> environment(const char* name);

// HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else HF_HOME/hub, else
// ${XDG_CACHE_HOME:-~/.cache}/huggingface/hub; `~` and `$NAME` in them are expanded.
std::filesystem::path hub_cache(const Environment& environment);

// HF_TOKEN_PATH, else HF_HOME/token, else ${XDG_CACHE_HOME:-~/.cache}/huggingface/token.
std::filesystem::path token_file(const Environment& environment);

// NLP_CACHE, else ${XDG_CACHE_HOME:-~/.cache}/nlp: where packed weights are kept.  Empty where no
// home is known.
std::filesystem::path packed_cache(const Environment& environment);

// The directory of this program: where the driver looks for commands, and share/ is beside it.
std::filesystem::path program_directory();

// A model that comes with nlp, share/nlp/models/NAME; absent where there is none.
std::optional<std::filesystem::path> find_shipped(const std::string& name);

// The names of all models that come with nlp, in alphabetical order.
std::vector<std::string> shipped_models();

// The directory of `given`.  Throws Error{model}.
std::filesystem::path resolve_model(const std::string& given, const Environment& environment);

}  // namespace nlp::cli
