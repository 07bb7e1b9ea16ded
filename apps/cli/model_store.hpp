// Where models lie: a directory, the store shared with Hugging Face's libraries, or our own share/.
// Source of the store's layout: huggingface_hub.  `models--ORG--NAME/refs/main` holds a commit,
// `snapshots/COMMIT` the files.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace nlp::cli {

// The value of an environment variable; absent where it is unset or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> environment(const char* name);

// HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else HF_HOME/hub, else
// ${XDG_CACHE_HOME:-~/.cache}/huggingface/hub; `~` and `$NAME` in them are expanded.
std::filesystem::path hub_cache(const Environment& environment);

// The snapshot of a model of the store, `ORG/NAME` or `ORG/NAME@REVISION`; absent where there is
// none.
std::optional<std::filesystem::path> find_in_store(const std::filesystem::path& cache,
                                                   const std::string& name);

// NLP_CACHE, else ${XDG_CACHE_HOME:-~/.cache}/nlp: where packed weights are kept.  Empty where no
// home is known.
std::filesystem::path packed_cache(const Environment& environment);

// The directory of this program: where the driver looks for commands, and share/ is beside it.
std::filesystem::path program_directory();

// A model that comes with nlp, share/nlp/models/NAME; absent where there is none.
std::optional<std::filesystem::path> find_shipped(const std::string& name);

// The directory of `given`.  Throws Error{model}.
std::filesystem::path resolve_model(const std::string& given, const Environment& environment);

}  // namespace nlp::cli
