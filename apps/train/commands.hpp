// The commands of nlp-train, each a main in a file of its own.
#pragma once

namespace nlp::train_command {

int mlm(int argc, char** argv);
int tokenizer(int argc, char** argv);

}  // namespace nlp::train_command
