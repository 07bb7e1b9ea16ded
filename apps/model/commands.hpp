// The commands of nlp-model, each a main in a file of its own.
#pragma once

namespace nlp::model_command {

int cache(int argc, char** argv);
int convert(int argc, char** argv);

}  // namespace nlp::model_command
