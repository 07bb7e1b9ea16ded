// A text that is alone, computed by all threads, and a few that are shared out among them.
#include <sys/resource.h>
#include <unistd.h>

#include "support/program.hpp"

using program::model;
using program::run;

namespace {

// Processor time that ended children took, in seconds.
double children_seconds() {
  struct rusage usage {};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

}  // namespace

TEST_CASE("a text has the same bytes alone and among others, on any number of threads", "[cli]") {
  const std::vector<std::string> texts = {"the [MASK] is up", "a [MASK]", "he was a [MASK] man"};
  for (const std::string type : {"f32", "bf16", "int8"}) {
    std::string joined, alone;
    const auto result = [&](const std::string& threads, const std::string& input) {
      const auto ended = run(
          {"fill-mask", "-m", model("bert-mlm"), "--json", "--dtype", type, "-t", threads}, input);
      INFO(ended.err);
      REQUIRE(ended.exit == 0);
      return ended.out;
    };
    for (const auto& text : texts) {
      joined += text + "\n";
      alone += result("4", text + "\n");
      CHECK(result("1", text + "\n") == result("4", text + "\n"));
    }
    for (const char* threads : {"1", "2", "3", "4", "7"}) CHECK(result(threads, joined) == alone);
  }
}

TEST_CASE("an idle command takes no processor time after it has answered", "[cli]") {
  const double before = children_seconds();
  {
    program::Piped piped({"fill-mask", "-m", model("bert-mlm"), "-k", "1", "-t", "4"});
    REQUIRE(piped.write("the [MASK] is up\n"));
    CHECK_FALSE(piped.read_line().empty());
    ::sleep(2);
    piped.close_input();
    CHECK(piped.wait() == 0);
  }
  CHECK(children_seconds() - before < 1);  // of four threads for two seconds
}
