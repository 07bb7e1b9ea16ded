#include "support/paths.hpp"

namespace paths {

std::string data(const std::string& below) { return NLP_SOURCE_DIR "/tests/data/" + below; }
std::string source() { return NLP_SOURCE_DIR; }
std::string programs() { return NLP_BINARY_DIR; }

}  // namespace paths
