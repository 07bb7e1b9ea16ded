// What the README.md of a model says of it before its text: YAML between two lines of `---`.
// Source: the model cards of huggingface.co.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace nlp::store {

// The licence, "apache-2.0"; several with ", " between them.  Where it is `other`, the name that
// the publisher gave it.  Empty where there is no README.md, or it says nothing.
std::string license_of(const std::filesystem::path& directory);

// The values of a key at the top level of front matter: `key: value`, `key: [a, b]`, or a list of
// `- value` below it; with ", " between them.
std::string front_matter_value(std::string_view readme, std::string_view key);

}  // namespace nlp::store
