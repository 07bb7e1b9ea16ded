#include "text/sentences.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using Texts = std::vector<std::string>;

Texts split(const std::string& text) {
  Texts found;
  for (const auto span : nlp::text::sentences(text))
    found.push_back(text.substr(span.start, span.size()));
  return found;
}

}  // namespace

TEST_CASE("sentences end behind their marks, with quotes and brackets", "[text]") {
  CHECK(split("One is here. Two?  Three! ") == Texts{"One is here.", "Two?", "Three!"});
  CHECK(split("He said \"No.\" She left (at last). It rained\u2026 Then sun.") ==
        Texts{"He said \"No.\"", "She left (at last).", "It rained\u2026", "Then sun."});
  CHECK(split("first\nsecond") == Texts{"first", "second"});
  CHECK(split("\u4f60\u597d\u3002\u518d\u89c1\u3002") ==
        Texts{"\u4f60\u597d\u3002", "\u518d\u89c1\u3002"});
  CHECK(split("In 1879. 12 men came. \u00c9lan.") ==
        Texts{"In 1879.", "12 men came.", "\u00c9lan."});
}

TEST_CASE("dots within numbers, initials and abbreviations end no sentence", "[text]") {
  for (const char* text :
       {"It cost 3.5 million.", "Mr. Smith met J. R. R. Tolkien vs. St. John.", "e.g. this one",
        "A site, example.org, is. here", "no end", "What... ever"})
    CHECK(split(text) == Texts{text});
}

TEST_CASE("there is no sentence where there is no text", "[text]") {
  CHECK(split("").empty());
  CHECK(split(" \n \t\n").empty());
  CHECK(split("...") == Texts{"..."});
}
