// The commands of nlp-model, each a main in a file of its own.
#pragma once

namespace nlp::model_command {

int cache(int argc, char** argv);
int convert(int argc, char** argv);
int info(int argc, char** argv);
int list(int argc, char** argv);
int pull(int argc, char** argv);
int remove(int argc, char** argv);
int verify(int argc, char** argv);

}  // namespace nlp::model_command
