// Pickles as data: what is understood, and what is refused.
#include "checkpoint/pickle.hpp"

#include <string>
#include <vector>

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/safetensors_file.hpp"
#include "support/torch_bytes.hpp"

namespace {

using nlp::checkpoint::kMostPickleSteps;
using nlp::checkpoint::Pickle;
using nlp::checkpoint::PickleValue;
using safetensors::bytes_of;
using torch_bytes::global;
using torch_bytes::little;
using torch_bytes::number;
using torch_bytes::text;
using Type = PickleValue::Type;

constexpr std::string_view kAllowed[] = {"builtins.set", "module.function"};

// What reading `body` (a pickle without its frame) says.
std::string refusal(const std::string& body) {
  const std::string bytes = "\x80\x02" + body;
  try {
    const Pickle pickle(bytes_of(bytes), kAllowed, "w.bin");
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::model);
    return error.what();
  }
  return "was taken";
}

void check_refused(const std::string& body, const std::string& part) {
  const std::string message = refusal(body);
  INFO("message: " << message << "\nexpected in it: " << part);
  CHECK(message.rfind("w.bin: ", 0) == 0);
  CHECK(message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("a pickle's values are told with their types", "[checkpoint]") {
  const std::string bytes =
      std::string("\x80\x02]", 3) + "(" + "N\x88\x89" + std::string("J\xFE\xFF\xFF\xFF", 5) +
      "K\xFF" + "M\xFF\xFF" + std::string("\x8A\x00", 2) + "\x8A\x01\x80" + number(1LL << 40) +
      "\x8A\x09" + "123456789" + text("deep") + "U\x02hi" + ")" + "K\x01\x85" + "K\x01K\x02\x86" +
      "K\x01K\x02K\x03\x87" + "}" + text("k") + "K\x07s" + "G12345678" + "\x8F" + "e." + "behind";
  const Pickle pickle(bytes_of(bytes), kAllowed, "w");
  CHECK(pickle.size() == bytes.size() - 6);
  const PickleValue& list = pickle.value();
  REQUIRE(list.type == Type::list);
  REQUIRE(list.items.size() == 19);
  const auto& items = list.items;
  CHECK(items[0]->type == Type::none);
  CHECK((items[1]->type == Type::boolean && items[1]->integer == 1));
  CHECK((items[2]->type == Type::boolean && items[2]->integer == 0));
  CHECK((items[3]->type == Type::integer && items[3]->integer == -2));
  CHECK(items[4]->integer == 255);
  CHECK(items[5]->integer == 65535);
  CHECK(items[6]->integer == 0);
  CHECK(items[7]->integer == -128);
  CHECK(items[8]->integer == 1LL << 40);
  CHECK((items[9]->type == Type::wide && items[9]->text == "123456789"));
  CHECK((items[10]->type == Type::text && items[10]->text == "deep"));
  CHECK((items[11]->type == Type::text && items[11]->text == "hi"));
  for (std::size_t size = 0; size < 4; ++size) {
    CHECK(items[12 + size]->type == Type::tuple);
    CHECK(items[12 + size]->items.size() == size);
  }
  REQUIRE((items[16]->type == Type::dict && items[16]->items.size() == 2));
  CHECK(items[16]->items[0]->text == "k");
  CHECK(items[16]->items[1]->integer == 7);
  CHECK(items[17]->type == Type::other);
  CHECK(items[18]->type == Type::other);
}

TEST_CASE("a call is kept as data and an ordered dict becomes a dict", "[checkpoint]") {
  const std::string bytes = "\x80\x02" + global("module", "function") + "K\x05\x85R.";
  const Pickle call(bytes_of(bytes), kAllowed, "w");
  REQUIRE(call.value().type == Type::call);
  CHECK(call.value().items[0]->text == "module.function");
  CHECK(call.value().items[1]->items[0]->integer == 5);

  const std::string dict = global("collections", "OrderedDict");
  for (const std::string& body : {
           dict + ")R(" + text("k") + "K\x05u.",                                 // Python 3
           dict + "](](" + text("k") + "K\x05" + "ee\x85R.",                     // Python 2
           dict + ")\x81" + text("k") + "K\x05s}" + text("_metadata") + "Nsb.",  // with attributes
       }) {
    const Pickle made(bytes_of(body), kAllowed, "w");
    REQUIRE(made.value().type == Type::dict);
    REQUIRE(made.value().items.size() == 2);
    CHECK(made.value().items[0]->text == "k");
    CHECK(made.value().items[1]->integer == 5);
  }
}

TEST_CASE("a pickle of protocol 4 is read", "[checkpoint]") {
  const std::string body = "\x80\x04\x95" + little(99, 8) + "\x8C\x06module\x94\x8C\x08" +
                           "function\x94\x93)R\x94h\x01h" + little(0, 1) + "\x87.";
  const Pickle pickle(bytes_of(body), kAllowed, "w");
  REQUIRE(pickle.value().items.size() == 3);
  CHECK(pickle.value().items[0]->type == Type::call);
  CHECK(pickle.value().items[1]->text == "function");
  CHECK(pickle.value().items[2]->text == "module");
}

TEST_CASE("a pickle that names anything else is refused by that name", "[checkpoint]") {
  const std::string command = text("touch /tmp/was-run") + "\x85R.";
  for (const std::string name : {"os system", "posix system", "builtins eval", "module functio",
                                 "module functions", "torch FloatStorage"}) {
    const auto space = name.find(' ');
    const std::string module = name.substr(0, space), function = name.substr(space + 1);
    check_refused(global(module, function) + command, "names " + module + "." + function + ",");
    check_refused(text(module) + text(function) + "\x93" + command,
                  "names " + module + "." + function + ",");
  }
  // Python 2's name of the same module.
  check_refused(global("__builtin__", "eval") + command, "names builtins.eval,");
  CHECK(refusal(global("__builtin__", "set") + ")R.") == "was taken");
  // What would move a terminal's cursor, and a long name.
  check_refused(global("\x1B[2J", "\xFF") + command, "names ?[2J.?,");
  check_refused(global(std::string(1000, 'm'), "f") + command, std::string(100, 'm') + "....f,");
}

TEST_CASE("an opcode that weights do not need is refused by its name", "[checkpoint]") {
  check_refused("(ios\nsystem\n.", "opcode INST at byte 3");
  check_refused("I1\n.", "opcode INT ");
  check_refused("N0.", "opcode POP ");
  check_refused("\x96" + little(0, 8) + ".", "opcode BYTEARRAY8 ");
  check_refused("\x82\x01.", "opcode EXT1 ");
  check_refused("\xFF.", "opcode 0xFF ");
}

TEST_CASE("a damaged pickle is refused", "[checkpoint]") {
  struct Case {
    std::string body;
    const char* part;
  };
  const Case cases[] = {
      {"", "ends within"},
      {"N", "ends within"},
      {".", "runs empty"},
      {"X" + little(0xFFFFFFFF, 4) + "a", "ends within"},
      {"B" + little(0xFFFFFFFF, 4) + "a", "ends within"},
      {"\x8A\xFF"
       "1.",
       "ends within"},
      {"cos", "ends within"},
      {"cos\nsystem", "ends within"},
      {"h\x01.", "memo has no value 1"},
      {"j" + little(0xFFFFFFFF, 4) + ".", "memo has no value 4294967295"},
      {"Nq", "ends within"},
      {"t.", "lacks a mark"},
      {"N(N\x86.", "runs empty"},  // below a mark
      {"N(.", "runs empty"},
      {"N(R.", "runs empty"},
      {"NNs.", "runs empty"},
      {"NNa.", "do not belong"},
      {"}Na.", "do not belong"},
      {"]NNs.", "do not belong"},
      {"}(Nu.", "do not belong"},
      {")(NNu.", "do not belong"},
      {"N)R.", "no function"},
      {global("module", "function") + "NR.", "no function"},
      {global("module", "function") + ")RNb.", "attributes"},
      {global("collections", "OrderedDict") + "N\x85R.", "pairs"},
      {global("collections", "OrderedDict") + "]Na\x85R.", "pairs"},
      {"NN\x93.", "by no text"},
      {"Q.", "runs empty"},
  };
  for (const Case& each : cases) check_refused(each.body, each.part);
}

TEST_CASE("a pickle without end or with loops in it takes little memory", "[checkpoint]") {
  check_refused(std::string(kMostPickleSteps, 'N'), "too long");
  check_refused(std::string(kMostPickleSteps, '('), "too long");
  std::string nested(kMostPickleSteps / 2, ']');
  nested += std::string(kMostPickleSteps / 2 - 10, 'a') + ".";
  CHECK(refusal(nested) == "was taken");  // nested 250,000 deep: nothing recurses

  // A long list taken again and again.
  std::string again = "](";
  for (int k = 0; k < 1000; ++k) again += "NN\x86";
  again += "eq\x01" + global("collections", "OrderedDict") + "q\x02";
  for (int k = 0; k < 1000; ++k) again += "h\x02h\x01\x85R";
  check_refused(again + ".", "too long");

  const std::string itself =
      "\x80\x02]q\x01h\x01"
      "a.";
  const Pickle loop(bytes_of(itself), kAllowed, "w");
  REQUIRE(loop.value().items.size() == 1);
  CHECK(loop.value().items[0] == &loop.value());
}
