// One option of a command.  CLI11 does the work; its header, which takes ten seconds to compile, is
// known to app.cpp, option.cpp and help.cpp alone.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

namespace CLI {
class Option;
}

namespace nlp::cli {

// Belongs to its App.  What each call sets is as in CLI11's class of this name; each returns this.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(option) {}
  Option(const Option&) = delete;
  Option& operator=(const Option&) = delete;

  Option* group(const std::string& name);      // the heading under which the help shows it
  Option* type_name(const std::string& name);  // of its value: N, FILE; empty: none is shown
  Option* default_str(const std::string& text);
  Option* capture_default_str();  // the default is what the variable holds now
  Option* required();
  Option* needs(Option* other);
  Option* excludes(Option* other);
  Option* delimiter(char between);  // one value is a list

  // Values outside of [least, most] are refused.  For int, 64-bit integers and double.
  template <class Number>
  Option* range(Number least, Number most);
  // A value is refused with what `problem` says of it, if that is not empty.
  Option* check(std::function<std::string(const std::string&)> problem);

  std::size_t count() const;  // how often it was given

 private:
  CLI::Option& option_;
};

}  // namespace nlp::cli
