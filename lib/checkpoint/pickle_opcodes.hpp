// The opcodes of pickles.  Source: CPython's pickletools.  For pickle.cpp alone.
#pragma once
#include <cstdint>
#include <string>

namespace nlp::checkpoint {

// Those that weights need.
enum class Opcode : std::uint8_t {
  mark = '(',
  empty_tuple = ')',
  stop = '.',
  binbytes = 'B',
  short_binbytes = 'C',
  binfloat = 'G',
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  none = 'N',
  binpersid = 'Q',
  reduce = 'R',
  short_binstring = 'U',
  binunicode = 'X',
  empty_list = ']',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binget = 'h',
  long_binget = 'j',
  binput = 'q',
  long_binput = 'r',
  setitem = 's',
  tuple = 't',
  setitems = 'u',
  empty_dict = '}',
  proto = 0x80,
  newobj = 0x81,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newtrue = 0x88,
  newfalse = 0x89,
  long1 = 0x8A,
  short_binunicode = 0x8C,
  empty_set = 0x8F,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
};

// For a message: the name of one that weights do not need, or the number of one that is unknown.
std::string opcode_name(std::uint8_t code);

}  // namespace nlp::checkpoint
