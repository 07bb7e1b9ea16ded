#include "base/error.hpp"
#include "cli/options.hpp"

namespace nlp::cli {

OverflowOptions::OverflowOptions(App& app, Rule standard, bool merges) : rule_(standard) {
  const std::string group = "Long texts";
  app.add_choice("--overflow", rule_,
                 {{"window", Rule::window}, {"truncate", Rule::truncate}, {"error", Rule::error}},
                 "What happens to a text longer than the model takes")
      ->group(group);
  const auto add = [&](const char* name, std::optional<std::int64_t>& value, std::int64_t least,
                       const char* description) {
    app.add_option(name, value, description)
        ->type_name("N")
        ->range(least, std::int64_t{1} << 30)
        ->group(group);
  };
  add("--window", window_, 1,
      "Tokens of a window, special ones included; else what the model takes");
  add("--overlap", overlap_, 0, "Tokens that neighbouring windows share; else half a window");
  if (merges)
    app.add_choice("--merge", merge_,
                   {{"widest", task::Merge::widest}, {"average", task::Merge::average}},
                   "The row of a token that several windows have: from the one with most context "
                   "around it, or the mean of all")
        ->group(group);
  app.after_parse([this] {
    if (merge_ != task::Merge::widest && rule_ != Rule::window)
      throw Error(Kind::usage, "--merge average: needs --overflow window");
    if ((window_ || overlap_) && rule_ != Rule::window)
      throw Error(Kind::usage, "--window and --overlap: need --overflow window");
    if (window_ && overlap_ && *overlap_ >= *window_)
      throw Error(Kind::usage, "--overlap: must be less than --window");
  });
}

task::FitOptions fit_options(const OverflowOptions& overflow, const ComputeOptions& compute) {
  task::FitOptions options;
  switch (overflow.rule()) {
    case OverflowOptions::Rule::window:
      options.fit = task::Fit::window;
      break;
    case OverflowOptions::Rule::truncate:
      options.fit = task::Fit::truncate;
      break;
    case OverflowOptions::Rule::error:
      options.fit = task::Fit::error;
      break;
  }
  options.merge = overflow.merge();
  options.window = overflow.window().value_or(0);
  options.overlap = overflow.overlap().value_or(-1);
  options.batch_tokens = compute.batch_tokens();
  return options;
}

}  // namespace nlp::cli
