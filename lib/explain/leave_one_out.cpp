#include "explain/leave_one_out.hpp"

#include "base/error.hpp"

namespace nlp::explain {

std::int32_t placeholder(const tokenizer::Tokenizer& tokenizer) {
  if (const auto mask = tokenizer.mask_id()) return *mask;
  if (const auto unknown = tokenizer.unknown_id()) return *unknown;
  throw Error(Kind::model,
              "tokenizer: neither a mask token nor an unknown one can stand in a token's place");
}

Weights leave_one_out(const model::Model& model, const Subject& subject, std::int32_t placeholder,
                      std::int64_t batch_tokens, model::Workspace& workspace) {
  const tokenizer::Encoding& encoding = subject.encoding;
  Weights weights;
  weights.tokens.resize(encoding.size());
  std::vector<std::size_t> left_out;  // of each text of the batch; T: none
  model::Batch batch;
  tensor::Tensor logits;
  const auto compute = [&] {
    if (left_out.empty()) return;
    goal_logits(model, subject.goal, batch, workspace, logits);
    for (std::size_t b = 0; b < left_out.size(); ++b) {
      const double value = value_of(subject.goal, logits.row(static_cast<std::int64_t>(b)));
      if (left_out[b] == encoding.size())
        weights.value = value;
      else
        weights.tokens[left_out[b]] = weights.value - value;
    }
    batch = {};
    left_out.clear();
  };
  const auto add = [&](std::size_t token) {
    if (batch.rows() + static_cast<std::int64_t>(encoding.size()) > batch_tokens) compute();
    batch.add(encoding.ids, encoding.type_ids);
    if (token < encoding.size())
      batch.ids[batch.ids.size() - encoding.size() + token] = placeholder;
    left_out.push_back(token);
  };
  add(encoding.size());  // first, as the others are compared with it
  for (std::size_t t = 0; t < encoding.size(); ++t)
    if (subject.counts(t) && encoding.ids[t] != placeholder) add(t);
  compute();
  return weights;
}

}  // namespace nlp::explain
