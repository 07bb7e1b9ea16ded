// The commands of nlp-train, each a main in a file of its own.
#pragma once

namespace nlp::train_command {

int answer(int argc, char** argv);
int classify(int argc, char** argv);
int embed(int argc, char** argv);
int mlm(int argc, char** argv);
int ner(int argc, char** argv);
int tokenizer(int argc, char** argv);

}  // namespace nlp::train_command
