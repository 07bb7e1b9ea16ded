// Regular expressions as tokenizer.json has them: Oniguruma's own syntax, over UTF-8.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "text/span.hpp"

namespace nlp::text {

class Regex {
 public:
  // Throws Error{model} with Oniguruma's words where the pattern is none.
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  // Memory for search(): one for each thread.
  class Region {
   public:
    Region();
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;
    ~Region();

   private:
    friend class Regex;
    void* groups_;
  };

  // The first match that starts at byte `from` of `text` or later.  Safe from several threads.
  // Throws Error{data} where the pattern asks for too many steps.
  std::optional<Span> search(std::string_view text, std::size_t from, Region& region) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace nlp::text
