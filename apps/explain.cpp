// nlp-explain - tell how much each token moved a result.  Manual: man/explain.txt
#include <fmt/format.h>

#include <memory>
#include <mutex>

#include "base/error.hpp"
#include "cli/cli.hpp"
#include "cli/explanation.hpp"
#include "cli/marked_text.hpp"
#include "cli/opened.hpp"
#include "cli/weighted_text.hpp"
#include "explain/integrated_gradients.hpp"
#include "explain/leave_one_out.hpp"

namespace cli = nlp::cli;
namespace explain = nlp::explain;
using nlp::model::Head;

namespace {

enum class Method { integrated_gradients, leave_one_out };

// What only a forward pass has is refused for gradients.
void check_gradients(const cli::ComputeOptions& compute) {
  if (compute.open_options().type == nlp::dnn::ComputeType::int8)
    throw nlp::Error(nlp::Kind::usage,
                     "--dtype int8: has no gradients; give f32 or bf16, or --method leave-one-out");
  if (compute.attention().kernel != nlp::dnn::AttentionKernel::exact)
    throw nlp::Error(nlp::Kind::usage,
                     "--attention-kernel: gradients are those of exact attention; leave it out, or "
                     "give --method leave-one-out");
}

// The shipped model made for the task.
const char* model_of(Head head) {
  return head == Head::masked_lm              ? "default"
         : head == Head::token_classification ? "ner"
                                              : "sentiment";
}

}  // namespace

int main(int argc, char** argv) {
  cli::App app("explain");
  Head head = Head::sequence_classification;
  Method method = Method::integrated_gradients;
  explain::SubjectOptions options;
  std::int64_t steps = 50;
  app.add_choice<Head>("--task", head,
                       {{"fill-mask", Head::masked_lm},
                        {"ner", Head::token_classification},
                        {"classify", Head::sequence_classification}},
                       "Which result: a word, an entity's label, the text's label");
  app.add_choice<Method>("--method", method,
                         {{"integrated-gradients", Method::integrated_gradients},
                          {"leave-one-out", Method::leave_one_out}},
                         "By gradients, or by hiding one token after the other");
  auto* given_steps =
      app.add_option("--steps", steps, "Gradients that integrated-gradients takes for a text")
          ->type_name("N")
          ->range(std::int64_t{1}, std::int64_t{10000})
          ->capture_default_str();
  app.add_option("--target", options.target,
                 "The label or word to explain; else the one the model finds best")
      ->type_name("NAME");
  auto* place = app.add_option("--place", options.place,
                               "The mask or the word to explain, from 1; else the first mask, or "
                               "the word most surely an entity")
                    ->type_name("N")
                    ->range(std::int64_t{1}, std::int64_t{1} << 30);
  cli::ModelOptions model(app);
  cli::InputOptions input(app, {.pairs = true});
  cli::OutputOptions output(app, {.formats = {"text", "jsonl", "html"}, .offsets = true});
  cli::OverflowOptions overflow(app, cli::OverflowOptions::Rule::error);
  cli::ComputeOptions compute(app);

  return app.run(argc, argv, [&] {
    const bool gradients = method == Method::integrated_gradients;
    if (gradients) check_gradients(compute);
    if (!gradients && given_steps->count() > 0)
      throw nlp::Error(nlp::Kind::usage, "--steps: only --method integrated-gradients has steps");
    if (place->count() > 0 && head == Head::sequence_classification)
      throw nlp::Error(nlp::Kind::usage,
                       "--place: the label of --task classify is of the whole text");
    if (overflow.rule() == cli::OverflowOptions::Rule::window)
      throw nlp::Error(nlp::Kind::usage,
                       "--overflow window: a text is explained as one input; truncate it, or give "
                       "shorter texts");
    const auto directory = model.directory(model_of(head));
    const auto opened = cli::open(app, directory, compute);
    options.fit = cli::fit_options(overflow, compute);
    options.fit.may_window = false;
    const explain::Subjects subjects(opened.model, opened.tokenizer, head, options);
    const auto placeholder = explain::placeholder(opened.tokenizer);
    std::unique_ptr<explain::IntegratedGradients> integrate;
    std::mutex mutex;
    if (gradients)
      integrate = std::make_unique<explain::IntegratedGradients>(
          directory, head, compute.open_options().type, compute.threads());

    const auto explain_one = [&](const cli::Record& record, cli::Reply& reply,
                                 nlp::model::Workspace& workspace) {
      if (record.pair && head != Head::sequence_classification)
        throw nlp::Error(nlp::Kind::data,
                         "a pair of texts (expected one); only --task classify "
                         "takes pairs");
      const auto subject = subjects(record.text, record.pair, workspace);
      explain::Weights weights;
      if (subject.is_nothing) {
        reply.count("text", head == Head::masked_lm ? "without a mask: nothing to explain"
                                                    : "without a token: nothing to explain");
      } else if (integrate) {
        const std::scoped_lock lock(mutex);
        weights = (*integrate)(subject, placeholder, steps);
      } else {
        weights = explain::leave_one_out(opened.model, subject, placeholder, compute.batch_tokens(),
                                         workspace);
      }
      const cli::Explanation explanation{record, subject, weights,
                                         opened.tokenizer.surfaces(subject.encoding)};
      if (output.records())
        put_explanation(reply.object(), explanation, output.unit());
      else if (output.format() == "html")
        write_explanation_html(reply, explanation);
      else
        write_explanation(reply, explanation, app.color() && output.file().empty());
      if (subject.truncated) reply.truncated();
    };
    const auto work = [&](auto records, auto replies, nlp::model::Workspace& workspace) {
      for (std::size_t k = 0; k < records.size(); ++k)
        explain_one(records[k], replies[k], workspace);
    };
    const auto make_worker = cli::with_workspace(opened.model, compute, work);
    if (output.format() != "html") return cli::process(input, compute, output, make_worker);
    cli::HeadedSink sink(cli::weights_head());
    cli::process(input, compute, output, make_worker, sink);
  });
}
