// The commands of nlp-plot, each a main in a file of its own.
#pragma once

namespace nlp::plot_command {

int attention(int argc, char** argv);
int loss(int argc, char** argv);
int masks(int argc, char** argv);
int positions(int argc, char** argv);
int scaling(int argc, char** argv);

}  // namespace nlp::plot_command
