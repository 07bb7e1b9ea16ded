// The commands of nlp-layer, each a main in a file of its own.
#pragma once

namespace nlp::layer_command {

int attention(int argc, char** argv);
int block(int argc, char** argv);
int positions(int argc, char** argv);
int weights(int argc, char** argv);

}  // namespace nlp::layer_command
