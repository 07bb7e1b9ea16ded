#include "cli/bench_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/messages.hpp"
#include "cli/value_writer.hpp"
#include "dnn/compute_type.hpp"

namespace nlp::cli {
namespace {

using dnn::Profile;
using dnn::Stage;
using task::BenchResult;
using task::Timing;

constexpr double kGiga = 1e9, kMega = 1e6;

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::embeddings:
      return "embeddings";
    case Stage::linear:
      return "linear";
    case Stage::attention:
      return "attention";
    case Stage::rest:
      break;
  }
  return "rest";
}

double per_second(std::int64_t count, double seconds) {
  return static_cast<double>(count) / seconds;
}

// Of all threads together, as if they had run at once.
double rate_of(const Profile::Part& part, int threads) {
  return part.operations / part.seconds * threads;
}

// The names of the kernels, each once.
std::string kernels_of(const BenchResult& result) {
  std::vector<std::string> names;
  for (const auto& uniform : result.uniform)
    for (const auto& part : uniform.profile.parts())
      if (!part.kernel.empty() && std::ranges::find(names, part.kernel) == names.end())
        names.push_back(part.kernel);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string reached(const BenchResult& result, std::int64_t tokens, const Timing& timing) {
  const double rate = result.rate(tokens, timing);
  return fmt::format("{:>7.0f} GFLOP/s {:>4.0f} %", rate / kGiga, 100 * rate / result.limit_rate());
}

void add_stages(const BenchReport& report, const BenchResult& result, std::string& text) {
  text += fmt::format("  {:<26}", "time by stage");
  for (const auto& uniform : result.uniform)
    text += fmt::format("{:>16}", fmt::format("{} tokens", uniform.length));
  text += '\n';
  if (result.uniform.empty()) return;
  for (const auto& first : result.uniform.front().profile.parts()) {
    std::string name(name_of(first.op.stage));
    if (first.op.stage == Stage::linear)
      name += fmt::format(" {} -> {}", first.op.inputs, first.op.outputs);
    text += fmt::format("    {:<24}", name);
    for (const auto& uniform : result.uniform) {
      const auto& parts = uniform.profile.parts();
      const auto part = std::ranges::find(parts, first.op, &Profile::Part::op);
      if (part == parts.end()) continue;
      text += fmt::format("{:>7.1f} %", 100 * part->seconds / uniform.profile.seconds());
      text += part->operations > 0
                  ? fmt::format("{:>7.0f}", rate_of(*part, report.options.threads) / kGiga)
                  : fmt::format("{:>7}", "");
    }
    text += first.op.stage == Stage::linear ? "  GFLOP/s\n" : "\n";
  }
}

void add_type(const BenchReport& report, const BenchResult& result, std::string& text) {
  const auto line = [&](const std::string& what, const std::string& best, const std::string& rest) {
    text += fmt::format("  {:<26}{:>22}  {}\n", what, best, rest);
  };
  text += fmt::format("\n{}", dnn::name_of(result.asked));
  if (result.used != result.asked)
    text += fmt::format(", computed in {}", dnn::name_of(result.used));
  text += fmt::format(": {}\n", kernels_of(result));
  line(fmt::format("matmul {} x {} x {}", dnn::MatmulLimit::kRows, dnn::MatmulLimit::kInputs,
                   dnn::MatmulLimit::kOutputs),
       result.limit_kernel, fmt::format("{:>7.0f} GFLOP/s  100 %", result.limit_rate() / kGiga));
  line(fmt::format("1 x {}", report.options.latency_tokens),
       fmt::format("{:.2f} ms", 1e3 * result.latency.best),
       reached(result, report.options.latency_tokens, result.latency));
  for (const auto& uniform : result.uniform)
    line(fmt::format("{} x {}", report.options.texts, uniform.length),
         fmt::format("{:.0f} tokens/s", per_second(uniform.tokens, uniform.timing.best)),
         reached(result, uniform.tokens, uniform.timing));
  if (result.lines) {
    line(counted(static_cast<std::uint64_t>(report.lines), "line"),
         fmt::format("{:.0f} tokens/s", per_second(result.line_tokens, result.lines->best)),
         reached(result, result.line_tokens, *result.lines));
    line("", fmt::format("{:.0f} texts/s", per_second(report.lines, result.lines->best)), "");
  }
  add_stages(report, result, text);
}

void put_stages(const BenchReport& report, const Profile& profile, ValueWriter& writer) {
  writer.key("stages").array();
  for (const auto& part : profile.parts()) {
    writer.object().put("stage", name_of(part.op.stage));
    if (part.op.stage == Stage::linear)
      writer.put("inputs", part.op.inputs)
          .put("outputs", part.op.outputs)
          .put("kernel", part.kernel)
          .put("gflops", rate_of(part, report.options.threads) / kGiga);
    writer.put("share", part.seconds / profile.seconds()).end();
  }
  writer.end();
}

void put_type(const BenchReport& report, const BenchResult& result, ValueWriter& writer) {
  const auto put_rate = [&](std::int64_t tokens, const Timing& timing) {
    const double rate = result.rate(tokens, timing);
    writer.put("tokens_per_second", per_second(tokens, timing.best))
        .put("median_tokens_per_second", per_second(tokens, timing.median))
        .put("gflops", rate / kGiga)
        .put("part", rate / result.limit_rate());
  };
  writer.object()
      .put("dtype", dnn::name_of(result.asked))
      .put("computed", dnn::name_of(result.used))
      .put("mflop_per_token", result.operations_of_token / kMega);
  writer.key("limit")
      .object()
      .put("rows", dnn::MatmulLimit::kRows)
      .put("inputs", dnn::MatmulLimit::kInputs)
      .put("outputs", dnn::MatmulLimit::kOutputs)
      .put("kernel", result.limit_kernel)
      .put("gflops", result.limit_rate() / kGiga)
      .put("tokens_per_second", result.limit_rate() / result.operations_of_token)
      .end();
  writer.key("latency")
      .object()
      .put("tokens", report.options.latency_tokens)
      .put("milliseconds", 1e3 * result.latency.best)
      .put("median_milliseconds", 1e3 * result.latency.median);
  put_rate(report.options.latency_tokens, result.latency);
  writer.end().key("uniform").array();
  for (const auto& uniform : result.uniform) {
    writer.object().put("texts", report.options.texts).put("length", uniform.length);
    put_rate(uniform.tokens, uniform.timing);
    put_stages(report, uniform.profile, writer);
    writer.end();
  }
  writer.end();
  if (result.lines) {
    writer.key("lines")
        .object()
        .put("texts", report.lines)
        .put("tokens", result.line_tokens)
        .put("texts_per_second", per_second(report.lines, result.lines->best));
    put_rate(result.line_tokens, *result.lines);
    writer.end();
  }
  writer.end();
}

}  // namespace

std::string text_of(const BenchReport& report) {
  std::string text =
      fmt::format("{}: {:.3g} MFLOP a token in linear layers\n", report.model,
                  report.types.empty() ? 0 : report.types.front().operations_of_token / kMega);
  text += fmt::format("oneDNN {}, {}; {}, the best of {}\n", report.onednn, report.isa,
                      counted(static_cast<std::uint64_t>(report.options.threads), "thread"),
                      counted(static_cast<std::uint64_t>(report.measure.repeat), "run"));
  for (const BenchResult& result : report.types) add_type(report, result, text);
  if (report.tokenizer)
    text += fmt::format("\ntokenizer, one thread: {:.1f} MB/s\n",
                        static_cast<double>(report.line_bytes) / report.tokenizer->best / kMega);
  return text;
}

std::string json_of(const BenchReport& report) {
  std::string text;
  ValueWriter writer(Wire::json, text);
  writer.object()
      .put("model", report.model)
      .put("onednn", report.onednn)
      .put("isa", report.isa)
      .put("threads", report.options.threads)
      .put("batch_tokens", report.options.batch_tokens)
      .put("repeat", report.measure.repeat);
  writer.key("types").array();
  for (const BenchResult& result : report.types) put_type(report, result, writer);
  writer.end();
  if (report.tokenizer)
    writer.key("tokenizer")
        .object()
        .put("bytes", report.line_bytes)
        .put("megabytes_per_second",
             static_cast<double>(report.line_bytes) / report.tokenizer->best / kMega)
        .end();
  writer.end();
  return text + '\n';
}

}  // namespace nlp::cli
