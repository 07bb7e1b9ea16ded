// Where the programs behind `nlp COMMAND` lie.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace nlp::cli {

// The program of a command: beside this one, then in ../libexec/nlp, then on PATH; empty where
// there is none.
std::filesystem::path find_command(const std::string& command);

// All commands that can be found, users' own too, in alphabetical order.
std::vector<std::string> found_commands();

// What a program prints; `arguments` with its name first.  Throws Error{io} where it cannot be run
// or fails.
std::string output_of(const std::filesystem::path& program, std::vector<std::string> arguments);

}  // namespace nlp::cli
