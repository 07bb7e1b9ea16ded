#include "cli/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/weighted_text.hpp"

namespace nlp::cli {
namespace {

// The tokens of the text (sequence 0) or its pair (1).
std::vector<WeightedToken> tokens_of(const Explanation& explanation, int sequence) {
  const auto& encoding = explanation.subject.encoding;
  std::vector<WeightedToken> tokens;
  for (std::size_t t = 0; t < encoding.size(); ++t)
    if (encoding.sequence[t] == sequence)
      tokens.push_back({encoding.offsets[t], explanation.weights.tokens[t]});
  return tokens;
}

double most_of(const Explanation& explanation) {
  double most = 1e-30;
  for (const double weight : explanation.weights.tokens) most = std::max(most, std::abs(weight));
  return most;
}

}  // namespace

void put_explanation(ValueWriter& writer, const Explanation& explanation, text::Unit unit) {
  const auto& [record, subject, weights, tokens] = explanation;
  const text::Offsets offsets(record.text, unit);
  const text::Offsets pair_offsets(record.pair ? std::string_view(*record.pair) : "", unit);
  writer.put("text", record.text);
  if (record.pair) writer.put("pair", *record.pair);
  if (subject.is_nothing) {
    writer.key("target").value(nullptr).key("value").value(nullptr).key("tokens").array().end();
    return;
  }
  writer.put("target", subject.target);
  if (subject.place) {
    const auto span = offsets(*subject.place);
    writer.put("start", span.start).put("end", span.end);
  }
  writer.put("value", weights.value);
  if (weights.baseline) writer.put("baseline", *weights.baseline);
  writer.key("tokens").array();
  const auto& encoding = subject.encoding;
  for (std::size_t t = 0; t < encoding.size(); ++t) {
    if (encoding.special[t] != 0) continue;
    const bool pair = encoding.sequence[t] == 1;
    const auto span = (pair ? pair_offsets : offsets)(encoding.offsets[t]);
    writer.object().put("token", tokens[t]).put("start", span.start).put("end", span.end);
    if (pair) writer.put("pair", true);
    writer.put("weight", weights.tokens[t]).end();
  }
  writer.end();
}

void write_explanation(Reply& reply, const Explanation& explanation, bool colour) {
  const auto& [record, subject, weights, tokens] = explanation;
  if (subject.is_nothing) return reply.line("");
  reply.line(fmt::format("{:.4f}\t{}", weights.value, subject.target));
  if (colour) {
    const double most = most_of(explanation);
    reply.line(weights_in_colour(record.text, tokens_of(explanation, 0), most));
    if (record.pair) reply.line(weights_in_colour(*record.pair, tokens_of(explanation, 1), most));
  } else {
    for (std::size_t t = 0; t < tokens.size(); ++t)
      if (subject.encoding.special[t] == 0)
        reply.line(fmt::format("{:+.4f}\t{}", weights.tokens[t], tokens[t]));
  }
  reply.line("");
}

void write_explanation_html(Reply& reply, const Explanation& explanation) {
  const auto& [record, subject, weights, tokens] = explanation;
  if (subject.is_nothing) return reply.line(weights_as_html(record.text, {}, 1));
  const double most = most_of(explanation);
  reply.line(weights_title(subject.target, weights.value));
  reply.line(weights_as_html(record.text, tokens_of(explanation, 0), most));
  if (record.pair) reply.line(weights_as_html(*record.pair, tokens_of(explanation, 1), most));
}

}  // namespace nlp::cli
