// The command line of a command: everything that its main needs, and a whole main.
//
//   // nlp-shout - say every text louder.  Manual: man/shout.txt
//   #include "cli/cli.hpp"
//
//   namespace cli = nlp::cli;
//
//   int main(int argc, char** argv) {
//     cli::App app("shout");
//     cli::ModelOptions model(app);
//     cli::ComputeOptions compute(app);
//     cli::InputOptions input(app);
//     cli::OutputOptions output(app, {.formats = {"text", "jsonl"}});
//     int top = 5;
//     app.add_option("-k,--top", top, "Candidates to print for each mask")->range(1,
//     1000);
//
//     return app.run(argc, argv, [&] {
//       const Shout shout(model.directory());
//       cli::process(input, compute, output, [&](int threads) -> cli::Worker {
//         auto workspace = shout.workspace();  // one for each thread
//         return [&, workspace](std::span<const cli::Record> records, std::span<cli::Reply>
//         replies) {
//           const auto louder = shout(texts(records), *workspace);
//           for (std::size_t k = 0; k < records.size(); ++k)
//             if (output.records())
//               replies[k].object().put("text", records[k].text).put("louder", louder[k]);
//             else
//               replies[k].line(louder[k]);
//         };
//       });
//     });
//   }
//
// What a main never does: catch errors, count lines, look at the terminal, flush, close.
// A command needs man/NAME.txt, from which --help takes its examples; HACKING.md has the recipe.
#pragma once
#include "cli/app.hpp"
#include "cli/options.hpp"
#include "cli/process.hpp"
#include "cli/record.hpp"
#include "cli/reply.hpp"
#include "cli/value_writer.hpp"
