#include <fmt/format.h>

#include "base/cpu.hpp"
#include "base/error.hpp"
#include "cli/memory_limit.hpp"
#include "cli/model_store.hpp"
#include "cli/options.hpp"
#include "cli/size.hpp"

namespace nlp::cli {

namespace {
constexpr std::int64_t kMostFeatures = 65536;
constexpr const char* kKernels[] = {"exact", "blocked", "performer"};  // by AttentionKernel
}  // namespace

ComputeOptions::ComputeOptions(App& app, Spec spec) : messages_(app.messages()) {
  app.add_option("-t,--threads", threads_,
                 "Threads; else as many as the process may use (affinity, cgroup quota)")
      ->type_name("N")
      ->range(1, 4096)
      ->group("Compute");
  app.add_option("--batch-tokens", batch_tokens_, "Tokens that a thread takes on at once")
      ->type_name("N")
      ->range(std::int64_t{1}, std::int64_t{1} << 30)
      ->capture_default_str()
      ->group("Compute");
  add_size(app, "--max-memory", max_memory_,
           "Stop with exit 6 rather than take more memory than this (files mapped for reading are "
           "not counted)")
      ->group("Compute");
  if (spec.model) add_model_options(app);
  app.after_parse([this] {
    if (max_memory_ > 0) limit_memory(max_memory_);
  });
}

void ComputeOptions::add_model_options(App& app) {
  app.add_choice<dnn::ComputeType>("--dtype", open_.type,
                                   {{"f32", dnn::ComputeType::f32},
                                    {"bf16", dnn::ComputeType::bf16},
                                    {"int8", dnn::ComputeType::int8}},
                                   "Numbers that the layers multiply")
      ->capture_default_str()
      ->group("Compute");
  app.add_flag("--no-cache", no_cache_,
               "Neither read nor write packed weights (in NLP_CACHE, else ~/.cache/nlp)")
      ->group("Compute");
  app.add_choice<dnn::AttentionKernel>(
         "--attention-kernel", attention_.kernel,
         {{"exact", dnn::AttentionKernel::exact},
          {"blocked", dnn::AttentionKernel::blocked},
          {"performer", dnn::AttentionKernel::performer}},
         "How attention is computed; blocked: the same in blocks of keys, for long texts; "
         "performer: approximately, in time linear in the length (-v tells the error)")
      ->group("Compute");
  auto* features = app.add_option("--features", attention_.features,
                                  "Random features of a head of the performer: more are closer to "
                                  "exact attention, and slower")
                       ->type_name("N")
                       ->range(std::int64_t{1}, kMostFeatures)
                       ->capture_default_str()
                       ->group("Compute");
  app.after_parse([this, features] {
    if (!no_cache_) open_.cache = packed_cache(environment);
    open_.tell = [this](const std::string& line) { messages_.info(line); };
    if (features->count() > 0 && attention_.kernel != dnn::AttentionKernel::performer)
      throw Error(Kind::usage,
                  "--features: only the performer has random features; add --attention-kernel "
                  "performer");
  });
}

model::RunOptions ComputeOptions::run_options(int threads) const {
  model::RunOptions options{.threads = threads, .attention = attention_, .tell_error = {}};
  if (!messages_.verbose || attention_.kernel == dnn::AttentionKernel::exact) return options;
  options.tell_error = [this](const model::AttentionError& error) {
    const bool performer = attention_.kernel == dnn::AttentionKernel::performer;
    messages_.info(fmt::format(
        "--attention-kernel {}{}: relative error of the rows behind each layer, for a text of {}: "
        "{:.2g}",
        kKernels[static_cast<std::size_t>(attention_.kernel)],
        performer ? fmt::format(" --features {}", attention_.features) : "",
        counted(static_cast<std::uint64_t>(error.tokens), "token"), fmt::join(error.layers, " ")));
  };
  return options;
}

int ComputeOptions::threads() const { return threads_ > 0 ? threads_ : usable_cpus(); }

}  // namespace nlp::cli
