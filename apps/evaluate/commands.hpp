// The commands of nlp-evaluate, each a main in a file of its own.
#pragma once

namespace nlp::evaluate_command {

int mlm(int argc, char** argv);

}  // namespace nlp::evaluate_command
