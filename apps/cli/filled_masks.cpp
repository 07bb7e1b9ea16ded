#include "cli/filled_masks.hpp"

#include <cmath>

namespace nlp::cli {
namespace {

void put_candidate(ValueWriter& writer, const task::Candidate& candidate) {
  writer.object().put("score", std::exp(candidate.logprob)).put("logprob", candidate.logprob);
  writer.key("rank");
  candidate.rank ? writer.value(*candidate.rank) : writer.value(nullptr);
  if (candidate.whole) {
    writer.put("id", candidate.ids).put("token", candidate.tokens);
  } else {
    writer.put("id", candidate.ids.front()).put("token", candidate.tokens.front());
  }
  writer.put("word", candidate.word).put("sequence", candidate.sequence).end();
}

}  // namespace

void put_masks(ValueWriter& writer, const std::string& text,
               const std::vector<task::FilledMask>& masks, text::Unit unit) {
  const text::Offsets offsets(text, unit);
  writer.put("text", text).key("masks").array();
  for (const task::FilledMask& mask : masks) {
    const auto span = offsets(mask.span);
    writer.object().put("start", span.start).put("end", span.end).key("candidates").array();
    for (const task::Candidate& candidate : mask.candidates) put_candidate(writer, candidate);
    writer.end().end();
  }
  writer.end();
}

}  // namespace nlp::cli
