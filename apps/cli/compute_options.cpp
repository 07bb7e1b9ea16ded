#include <fmt/format.h>

#include "base/cpu.hpp"
#include "cli/memory_limit.hpp"
#include "cli/options.hpp"
#include "cli/size.hpp"

namespace nlp::cli {

ComputeOptions::ComputeOptions(App& app, Spec spec) {
  app.add_option("-t,--threads", threads_,
                 "Threads; else as many as the process may use (affinity, cgroup quota)")
      ->type_name("N")
      ->check(CLI::Range(1, 4096))
      ->group("Compute");
  app.add_option("--batch-tokens", batch_tokens_, "Tokens that a thread takes on at once")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
      ->capture_default_str()
      ->group("Compute");
  add_size(app, "--max-memory", max_memory_,
           "Stop with exit 6 rather than take more memory than this (files mapped for reading are "
           "not counted)")
      ->group("Compute");
  if (spec.model)
    app.add_option("--dtype", dtype_, "Numbers to compute with: f32 so far")
        ->type_name("f32")
        ->capture_default_str()
        ->check([](const std::string& given) -> std::string {
          if (given == "f32") return "";
          if (given == "bf16" || given == "int8") return given + " does not exist yet; use f32";
          return fmt::format("`{}` is no type (f32)", given);
        })
        ->group("Compute");
  app.after_parse([this] {
    if (max_memory_ > 0) limit_memory(max_memory_);
  });
}

int ComputeOptions::threads() const { return threads_ > 0 ? threads_ : usable_cpus(); }

}  // namespace nlp::cli
