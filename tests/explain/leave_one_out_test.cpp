#include "explain/leave_one_out.hpp"

#include "support/catch.hpp"
#include "support/subjects.hpp"

using namespace nlp::explain;

TEST_CASE("leaving a token out tells what the result loses, in every family", "[explain]") {
  constexpr std::int32_t kPlaceholder = 4;
  for (const std::string name :
       {"albert-mlm", "bert-mlm", "bert-ner", "bert-sentiment", "deberta-v1-mlm", "deberta-v2-mlm",
        "deberta-v2-ner", "distilbert-sentiment", "electra-generator", "longformer-mlm",
        "modernbert-sentiment", "mpnet-mlm", "reformer-mlm", "roberta-ner"}) {
    INFO(name);
    const auto model = nlp::model::Model::open(golden::model(name));
    const auto workspace = model.workspace();
    auto subject = subjects::of(name, model.config());
    subject.encoding.ids[2] = kPlaceholder;  // already what would take its place
    const auto value = [&](const std::vector<std::int32_t>& ids) {
      nlp::model::Batch batch;
      batch.add(ids, subject.encoding.type_ids);
      nlp::tensor::Tensor logits;
      goal_logits(model, subject.goal, batch, *workspace, logits);
      return value_of(subject.goal, logits.row(0));
    };
    const double whole = value(subject.encoding.ids);
    for (const std::int64_t batch_tokens : {1, 4096}) {
      const Weights found = leave_one_out(model, subject, kPlaceholder, batch_tokens, *workspace);
      CHECK(found.value == whole);
      CHECK_FALSE(found.baseline);
      for (std::size_t t = 0; t < subject.encoding.size(); ++t) {
        auto ids = subject.encoding.ids;
        if (subject.counts(t)) ids[t] = kPlaceholder;
        CHECK(found.tokens[t] == whole - value(ids));
      }
      CHECK(found.tokens[2] == 0);
    }
  }
}
