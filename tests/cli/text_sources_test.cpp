#include "cli/text_sources.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/program.hpp"
#include "support/small_tokenizers.hpp"
#include "train/data/corpus.hpp"

using nlp::cli::TextSources;

namespace {

// Lets this process read a file as its stdin.
class Stdin {
 public:
  explicit Stdin(const std::filesystem::path& file) : before_(::dup(0)) {
    const int opened = ::open(file.c_str(), O_RDONLY);
    ::dup2(opened, 0);
    ::close(opened);
  }
  ~Stdin() {
    ::dup2(before_, 0);
    ::close(before_);
  }

 private:
  int before_;
};

}  // namespace

TEST_CASE("stdin can be learnt from for several epochs", "[cli]") {
  const TemporaryDirectory folder;
  std::string text;
  for (int k = 0; k < 400; ++k) text += "the line " + std::to_string(k) + "\n";
  const Stdin given(folder.write("given", text));
  const TextSources sources({"-"});
  REQUIRE(sources.files().size() == 1);
  CHECK(program::read(sources.files()[0]) == text);
  nlp::train::CorpusOptions options;
  options.files = sources.files();
  options.line_by_line = true;
  options.epochs = 2;
  options.chunk_bytes = 500;
  options.pool_bytes = 1000;
  nlp::train::Corpus corpus(small_tokenizers::wordpiece(), options);
  int count = 0;
  for (nlp::train::Example example; corpus.next(example);) ++count;
  CHECK(count == 800);
}

TEST_CASE("files and directories stand in the order they are given", "[cli]") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder.path() / "d");
  const auto a = folder.write("d/a", "a"), b = folder.write("b", "b");
  const TextSources sources({b.string(), (folder.path() / "d").string()});
  CHECK(sources.files() == std::vector<std::filesystem::path>{b, a});
  CHECK_THROWS_WITH(TextSources({"none"}), ContainsSubstring("no such file"));
  const Stdin given(b);
  CHECK_THROWS_WITH(TextSources({"-", "-"}), ContainsSubstring("stdin is given twice"));
  const Stdin nothing(folder.write("nothing", ""));
  CHECK_THROWS_WITH(TextSources({"-"}), ContainsSubstring("stdin: no text"));
}
