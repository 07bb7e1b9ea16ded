// Where the tests find their data and the built programs.  Functions, so that one source alone
// depends on the places.
#pragma once
#include <string>

namespace paths {

std::string data(const std::string& below = "");  // tests/data/BELOW
std::string source();                             // the top of the source tree
std::string programs();                           // the folder of the built programs

}  // namespace paths
