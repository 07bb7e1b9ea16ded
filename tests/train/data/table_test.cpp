#include "train/data/table.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "train/data/parallel.hpp"

using namespace nlp::train;

namespace {

const std::vector<Column> kColumns{{"text", {"sentence"}}, {"label", {"category"}}};

std::vector<std::vector<std::string>> rows_of(const std::string& path, TableOptions options = {}) {
  Table table(path, kColumns, options);
  std::vector<std::vector<std::string>> rows;
  std::vector<Cell> row;
  while (table.next(row)) {
    rows.emplace_back();
    for (const Cell& cell : row) rows.back().push_back(cell.text);
  }
  return rows;
}

using Rows = std::vector<std::vector<std::string>>;

// What the error of reading a file of these bytes says, its folder left out.
std::string error_of(const std::string& name, std::string_view bytes, TableOptions options = {}) {
  const TemporaryDirectory folder;
  const std::string path = folder.write(name, bytes).string();
  try {
    rows_of(path, options);
  } catch (const nlp::Error& error) {
    CHECK(error.kind() == nlp::Kind::data);
    const std::string what = error.what();
    REQUIRE(what.starts_with(path));
    return name + what.substr(path.size());
  }
  return "none";
}

}  // namespace

TEST_CASE("columns of TSV are set apart by tabs and quotes are text", "[train]") {
  const TemporaryDirectory folder;
  const auto read = [&](std::string_view bytes, Header header = Header::detect) {
    return rows_of(folder.write("a.tsv", bytes).string(), {.header = header});
  };
  CHECK(read("a b\t1\n\n\"c\" , d\t0") == Rows{{"a b", "1"}, {"\"c\" , d", "0"}});
  CHECK(read("a\t1\r\nb\t2\r\n") == Rows{{"a", "1"}, {"b", "2"}});
  CHECK(read("\xEF\xBB\xBF\xC3\xA4\t1\n") == Rows{{"\xC3\xA4", "1"}});
  CHECK(read("\t1\n") == Rows{{"", "1"}});
  SECTION("a first line that names the columns is a header, their order and others do not matter") {
    CHECK(read("label\tid\tsentence\n1\tx\ta\n") == Rows{{"a", "1"}});
    CHECK(read("text\tlabel\na\t1\n") == Rows{{"a", "1"}});
    CHECK(read("text\tlabel\na\t1\n", Header::no) == Rows{{"text", "label"}, {"a", "1"}});
    CHECK(read("review\tstars\na\t1\n", Header::yes) == Rows{{"a", "1"}});
    CHECK(read("review\tstars\na\t1\n") == Rows{{"review", "stars"}, {"a", "1"}});
    CHECK(read("text\tlabel\n").empty());
  }
}

TEST_CASE("fields of CSV may hold quotes, commas and line ends", "[train]") {
  const TemporaryDirectory folder;
  const auto read = [&](std::string_view bytes) {
    return rows_of(folder.write("a.csv", bytes).string());
  };
  CHECK(read("\"a, \"\"b\"\"\",1\r\n\"c\r\nd\",\"2\"\n") == Rows{{"a, \"b\"", "1"}, {"c\nd", "2"}});
  CHECK(read("\"\",1\n,\"\"\na,\n") == Rows{{"", "1"}, {"", ""}, {"a", ""}});
  CHECK(read("5\" disk,1\n") == Rows{{"5\" disk", "1"}});
  CHECK(read("text,category\n\"a\n\nb\",x") == Rows{{"a\n\nb", "x"}});
  CHECK(read("\"text\",\"label\"\na,x\n") == Rows{{"a", "x"}});
}

TEST_CASE("members of JSON Lines are columns", "[train]") {
  const TemporaryDirectory folder;
  const auto path = folder.write(
      "a.jsonl",
      "{\"id\": {\"a\": [1]}, \"text\": \"a\\tb\", \"label\": 3}\n\n"
      "{\"sentence\":\"c\",\"label\":[\"x\",2]}\r\n{\"text\":\"\\ud800\",\"label\":true}\n");
  Table table(path.string(), kColumns, {});
  std::vector<Cell> row;
  REQUIRE(table.next(row));
  CHECK(row[0].text == "a\tb");
  CHECK(row[1].type == Cell::Type::number);
  CHECK(row[1].text == "3");
  REQUIRE(table.next(row));
  CHECK(table.line() == 3);
  CHECK(row[0].text == "c");
  CHECK(row[1].items == std::vector<std::string>{"x", "2"});
  REQUIRE(table.next(row));
  CHECK(row[0].text == "\xEF\xBF\xBD");
  CHECK(row[1].text == "true");
  CHECK_FALSE(table.next(row));
  CHECK(table.repaired() == 1);
}

TEST_CASE("a broken row is an error with its line and what to do", "[train]") {
  CHECK(error_of("a.tsv", "a\t1\nb\n") ==
        "a.tsv:2: columns of a row (expected text TAB label, got 1); mend the line, or name the "
        "columns in a first line");
  CHECK(error_of("a.tsv", "a\t1\t2\n").starts_with("a.tsv:1: columns of a row"));
  CHECK(error_of("a.tsv", "text\tlabel\tid\na\t1\n") ==
        "a.tsv:2: columns of a row (expected 3 as in the header, got 2); mend the line");
  CHECK(error_of("a.csv", "a,1\n\"b,2\nc,3\n") ==
        "a.csv:2: a quote that nothing closes; close it, or double a quote that is text");
  CHECK(error_of("a.csv", "\"a\"b,2\n") ==
        "a.csv:1: text behind a closing quote; double a quote that is text");
  CHECK(error_of("a.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\":") ==
        "a.jsonl:2: not JSON (broken at byte 9); mend the line");
  CHECK(error_of("a.jsonl", "[1]") == "a.jsonl:1: no row (expected a JSON object); mend the line");
  CHECK(error_of("a.jsonl", "{\"text\":\"a\"}") ==
        "a.jsonl:1: no `label` (expected {\"label\": …}); add it");
  CHECK(error_of("a.jsonl", "{\"text\":{},\"label\":1}") ==
        "a.jsonl:1: text: not a text, a number or a list of them; mend the line");
  CHECK(error_of("a.jsonl", std::string(2000, '[')).find("nested deeper") != std::string::npos);
  CHECK(error_of("a.tsv", "a\t1\n" + std::string(100, 'x') + "\t1\n", {.max_line = 50}) ==
        "a.tsv:2: line too long (expected 50 bytes at most); shorten it");
  CHECK(error_of("a.csv", "\"" + std::string(30, 'x') + "\n" + std::string(30, 'x') + "\n",
                 {.max_line = 50})
            .starts_with("a.csv:1: row too long"));
  CHECK_THROWS_WITH(rows_of("/nowhere/a.tsv"), ContainsSubstring("/nowhere/a.tsv: cannot be read"));
  CHECK_THROWS_WITH(rows_of(TemporaryDirectory().path().string()),
                    ContainsSubstring("cannot be read"));
}

TEST_CASE("lines longer than what is read at once come whole, and what is no UTF-8 is counted",
          "[train]") {
  const TemporaryDirectory folder;
  std::string bytes;
  for (const std::size_t size : {300000u, 1u, 262144u, 262143u, 700001u})
    bytes += std::string(size, 'x') + "\r\n";
  SetFile file(folder.write("a", bytes + "\xFF\xC3 z").string());
  std::string line;
  for (const std::size_t size : {300000u, 1u, 262144u, 262143u, 700001u}) {
    REQUIRE(file.next(line));
    CHECK(line == std::string(size, 'x'));
  }
  REQUIRE(file.next(line));
  CHECK(line == "\xEF\xBF\xBD\xEF\xBF\xBD z");
  CHECK(file.line() == 6);
  CHECK(file.repaired() == 2);
  CHECK_FALSE(file.next(line));
  CHECK_FALSE(file.next(line));
}

TEST_CASE("of several failing items the first one's error comes out", "[train]") {
  for (const int threads : {1, 3}) {
    std::vector<int> done(1000);
    for_each_item(done.size(), threads, [&](std::size_t k) { done[k] = static_cast<int>(k); });
    for (std::size_t k = 0; k < done.size(); ++k) CHECK(done[k] == static_cast<int>(k));
    try {
      for_each_item(1000, threads, [](std::size_t k) {
        if (k % 100 == 57) throw k;
      });
      FAIL("nothing thrown");
    } catch (std::size_t k) {
      CHECK(k == 57);
    }
  }
}
