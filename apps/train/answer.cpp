// nlp train answer - learn to find answers in texts.  Manual: man/train-answer.txt
#include <string>
#include <vector>

#include "cli/fine_tuning.hpp"
#include "cli/opened.hpp"
#include "train/answer_objective.hpp"
#include "train/commands.hpp"
#include "train/data/questions.hpp"

namespace nlp::train_command {

int answer(int argc, char** argv) {
  cli::App app("train answer");
  cli::FineTuning tuning(app, model::Head::question_answering,
                         {.learning_rate = 5e-5,
                          .epochs = 3,
                          .batch_tokens = 4096,
                          .max_length = 384,
                          .smooths = false});

  return app.run(argc, argv, [&] {
    const auto& options = tuning.options();
    const train::ModelPlan plan = tuning.begin();
    const auto tokenizer = cli::open_tokenizer(app, options.directory());
    const train::EncodeOptions encode{options.max_length(), options.threads()};
    const auto examples_of = [&](const std::vector<std::string>& files) {
      std::vector<train::Example> examples;
      if (files.empty()) return examples;
      const train::QuestionSet set = train::read_questions(files);
      app.messages().warn_of_repaired(set.repaired);
      for (auto& window : train::question_windows(set, tokenizer, encode))
        examples.push_back(std::move(window.example));
      return examples;
    };
    const auto examples = examples_of(tuning.files()), dev = examples_of(tuning.dev_files());
    train::TrainedModel model(plan);
    train::AnswerObjective objective(*model.head());
    tuning.run(model, objective, examples, dev, 1, Json::object());
  });
}

}  // namespace nlp::train_command
