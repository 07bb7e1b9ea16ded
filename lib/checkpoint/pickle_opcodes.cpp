#include "checkpoint/pickle_opcodes.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace nlp::checkpoint {
namespace {

constexpr std::pair<std::uint8_t, std::string_view> kOthers[] = {
    {'0', "POP"},          {'1', "POP_MARK"},    {'2', "DUP"},          {'F', "FLOAT"},
    {'I', "INT"},          {'L', "LONG"},        {'P', "PERSID"},       {'S', "STRING"},
    {'T', "BINSTRING"},    {'V', "UNICODE"},     {'d', "DICT"},         {'g', "GET"},
    {'i', "INST"},         {'l', "LIST"},        {'o', "OBJ"},          {'p', "PUT"},
    {0x82, "EXT1"},        {0x83, "EXT2"},       {0x84, "EXT4"},        {0x8B, "LONG4"},
    {0x8D, "BINUNICODE8"}, {0x8E, "BINBYTES8"},  {0x90, "ADDITEMS"},    {0x91, "FROZENSET"},
    {0x92, "NEWOBJ_EX"},   {0x96, "BYTEARRAY8"}, {0x97, "NEXT_BUFFER"}, {0x98, "READONLY_BUFFER"},
};

}  // namespace

std::string opcode_name(std::uint8_t code) {
  for (const auto& [other, name] : kOthers)
    if (other == code) return std::string(name);
  return fmt::format("0x{:02X}", code);
}

}  // namespace nlp::checkpoint
