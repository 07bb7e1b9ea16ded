// The texts of the commands: man/NAME.txt, which the build puts into the binaries.
// The first line is the summary; then the description; then sections, each under a title in
// capitals.  In EXAMPLES an indented line is a command and what stands before it says what it does.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nlp::cli {

struct Manual {
  struct Section {
    std::string title;                    // "DESCRIPTION" for the first
    std::vector<std::string> paragraphs;  // indented ones keep their lines
  };
  std::string name;  // "fill-mask", "model convert"; "nlp" for the driver
  std::string summary;
  std::vector<Section> sections;

  const Section* section(std::string_view title) const;  // or nullptr
};

bool is_indented(std::string_view paragraph);

// Throws Error{internal} where the build has no man/NAME.txt.
Manual manual(std::string_view name);

// A guide, man/guides/NAME.txt, which is laid out like a manual; absent where there is none.
std::optional<Manual> guide(std::string_view name);

// Every command that was built, in alphabetical order, the driver left out.
std::vector<std::string_view> command_names();

// The commands of a command, "convert" of "model"; most have none.
std::vector<std::string_view> sub_command_names(std::string_view command);

// The name of its manual page and in its messages: "nlp", "nlp-fill-mask", "nlp-model-convert".
std::string page_name(std::string_view command);

// The text of a file, as the build generates them.
struct ManualText {
  std::string_view name, text;
};
std::span<const ManualText> manual_texts();
std::span<const ManualText> guide_texts();

}  // namespace nlp::cli
