// nlp model info - what a model is.  Manual: man/model-info.txt
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/app.hpp"
#include "cli/model_card.hpp"
#include "cli/options.hpp"
#include "cli/output_file.hpp"
#include "model/commands.hpp"

namespace nlp::model_command {

int info(int argc, char** argv) {
  cli::App app("model info");
  std::vector<std::string> names;
  app.add_option("MODEL", names, "A directory, or a name as -m takes it; else NLP_MODEL")
      ->type_name("MODEL...");
  cli::OutputOptions output(app);

  return app.run(argc, argv, [&] {
    if (names.empty())
      if (const auto set = cli::environment("NLP_MODEL")) names = {*set};
    if (names.empty())
      throw Error(Kind::usage,
                  "no model given; name one, or set NLP_MODEL; nlp model list tells "
                  "which there are");
    cli::OutputFile file(output.file());
    for (std::size_t k = 0; k < names.size(); ++k) {
      const auto card = cli::read_model_card(names[k], cli::environment);
      if (k > 0 && !output.records()) file.write("\n");
      file.write(output.records() ? cli::json_of(card) : cli::text_of(card));
    }
    file.commit();
  });
}

}  // namespace nlp::model_command
