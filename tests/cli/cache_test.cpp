// The cache of packed weights as a user meets it: it changes no byte of any result.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>

#include "support/program.hpp"

using program::Arguments;
using program::run;

namespace {

namespace fs = std::filesystem;

// NLP_CACHE for the programs of one test.
class CacheDirectory {
 public:
  explicit CacheDirectory(const fs::path& directory) {
    if (const char* before = std::getenv("NLP_CACHE")) before_ = before;
    ::setenv("NLP_CACHE", directory.c_str(), 1);
  }
  ~CacheDirectory() {
    if (before_)
      ::setenv("NLP_CACHE", before_->c_str(), 1);
    else
      ::unsetenv("NLP_CACHE");
  }
  CacheDirectory(const CacheDirectory&) = delete;
  CacheDirectory& operator=(const CacheDirectory&) = delete;

 private:
  std::optional<std::string> before_;
};

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(directory, absent)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// A small model beside six million bytes that nobody asks for: large enough to be kept.
void copy_enlarged(const fs::path& model, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(model))
    if (entry.path().filename() != "golden.safetensors")
      fs::copy_file(entry.path(), to / entry.path().filename());
  const std::string bytes = program::read(to / "model.safetensors");
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  auto header = nlp::Json::parse(bytes.substr(8, size));
  const std::size_t data = bytes.size() - 8 - size;
  constexpr std::size_t kExtra = 6000000;
  header["unused"] = {
      {"dtype", "U8"}, {"shape", {kExtra}}, {"data_offsets", {data, data + kExtra}}};
  const std::string text = header.dump();
  size = text.size();
  std::string enlarged(reinterpret_cast<const char*>(&size), sizeof size);
  enlarged += text + bytes.substr(bytes.size() - data) + std::string(kExtra, 'x');
  write(to / "model.safetensors", enlarged);
}

// A file that has just changed is not kept.
void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(2200)); }

constexpr const char* kText = "the [MASK] is up\nhe was a [MASK] man\n";

std::string result(const fs::path& model, const Arguments& more) {
  Arguments arguments = {"fill-mask", "-m", model.string(), "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto ended = run(arguments, kText);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  return ended.out;
}

}  // namespace

TEST_CASE("results are the same bytes with and without packed weights kept", "[cli]") {
  const TemporaryDirectory directory;
  const auto model = directory.path() / "model", kept = directory.path() / "kept";
  const CacheDirectory cache(kept);
  copy_enlarged(program::model("bert-mlm"), model);
  settle();
  std::size_t before = 0;
  for (const std::string type : {"f32", "bf16", "int8"}) {
    const std::string plain = result(model, {"--dtype", type, "--no-cache"});
    CHECK(files_in(kept).size() == before);
    CHECK(result(model, {"--dtype", type}) == plain);
    const auto files = files_in(kept);
    CHECK(files.size() == before + 2);  // the encoder and the head
    before = files.size();
    const auto told = run({"fill-mask", "-v", "-m", model.string(), "--dtype", type}, kText);
    CHECK(told.err.find("packed weights") == std::string::npos);
    CHECK(files_in(kept) == files);
    CHECK(result(model, {"--dtype", type, "-t", "1"}) == plain);
  }
}

// They were packed anew at each start: their scales were not known to belong to the file.
TEST_CASE("what weights stored as int8 are packed to is kept as well", "[cli]") {
  const TemporaryDirectory directory;
  const auto small = directory.path() / "small", model = directory.path() / "model",
             kept = directory.path() / "kept";
  const CacheDirectory cache(kept);
  REQUIRE(run({"model", "convert", "-m", program::model("bert-mlm"), "--dtype", "int8", "-o",
               small.string()})
              .exit == 0);
  copy_enlarged(small, model);
  settle();
  std::size_t before = 0;
  for (const std::string type : {"f32", "int8"}) {
    const std::string plain = result(model, {"--dtype", type, "--no-cache"});
    CHECK(result(model, {"--dtype", type}) == plain);
    const auto files = files_in(kept);
    CHECK(files.size() == before + 2);
    before = files.size();
    CHECK(result(model, {"--dtype", type}) == plain);
    CHECK(files_in(kept) == files);
  }
}

TEST_CASE("packed weights of a checkpoint that has changed are not used", "[cli]") {
  const TemporaryDirectory directory;
  const auto model = directory.path() / "model", weights = model / "model.safetensors";
  const CacheDirectory cache(directory.path() / "kept");
  copy_enlarged(program::model("bert-mlm"), model);
  const auto just_changed = run({"fill-mask", "-v", "-m", model.string()}, kText);
  CHECK_THAT(just_changed.err, ContainsSubstring("not kept: it has just changed"));
  settle();
  const std::string first = result(model, {});
  struct stat status {};
  REQUIRE(::stat(weights.c_str(), &status) == 0);

  // Other values in the same file, of the same size, with the same time on them.
  std::string bytes = program::read(weights);
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  for (std::size_t k = 8 + header; k + 6000000 + 4 <= bytes.size(); k += 4)
    bytes[k + 2] = static_cast<char>(bytes[k + 2] ^ 0x40);
  {
    std::fstream file(weights, std::ios::in | std::ios::out | std::ios::binary);
    file << bytes;
  }
  const timespec times[2] = {status.st_atim, status.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, weights.c_str(), times, 0) == 0);
  settle();
  const std::string plain = result(model, {"--no-cache"});
  CHECK(plain != first);
  CHECK(result(model, {}) == plain);
  CHECK(result(model, {}) == plain);
}

TEST_CASE("a cache that is damaged, or cannot be, changes no result", "[cli]") {
  const TemporaryDirectory directory;
  const auto model = directory.path() / "model", kept = directory.path() / "kept";
  copy_enlarged(program::model("bert-mlm"), model);
  settle();
  const std::string plain = result(model, {"--no-cache"});
  {
    const CacheDirectory cache(kept);
    CHECK(result(model, {}) == plain);
    const auto files = files_in(kept);
    REQUIRE(files.size() == 2);
    for (const auto& file : files) write(file, program::read(file).substr(0, 5000));
    write(kept / "fedcba9876543210.packed.tmp", "left by a writer that was killed");
    CHECK(result(model, {}) == plain);
    CHECK(files_in(kept) == files);
    for (const auto& file : files) CHECK(fs::file_size(file) > 5000);
  }
  {
    const CacheDirectory cache(directory.write("file", "") / "below");
    CHECK(result(model, {}) == plain);
  }
}

TEST_CASE("a model that is packed in no time is not kept", "[cli]") {
  const TemporaryDirectory directory;
  const CacheDirectory cache(directory.path() / "kept");
  result(program::model("bert-mlm"), {});
  CHECK_FALSE(fs::exists(directory.path() / "kept"));
}

TEST_CASE("model cache lists what is kept, and removes it", "[cli]") {
  const TemporaryDirectory directory;
  const auto model = directory.path() / "model", kept = directory.path() / "kept";
  const CacheDirectory cache(kept);
  const auto nothing = run({"model", "cache"});
  CHECK(nothing.exit == 0);
  CHECK(nothing.out == "0.0 MB\tin " + kept.string() + "\n");
  copy_enlarged(program::model("bert-mlm"), model);
  settle();
  result(model, {"--dtype", "int8"});
  write(kept / "fedcba9876543210.packed.tmp", "half");
  write(kept / "notes", "mine");
  const auto listed = run({"model", "cache"});
  CHECK(listed.exit == 0);
  CHECK(program::lines(listed.out).size() == 4);
  CHECK_THAT(listed.out, ContainsSubstring("\tencoder\tint8\t" + model.string() + "\n"));
  CHECK_THAT(listed.out, ContainsSubstring("\tmasked language model head\tint8\t"));
  CHECK_THAT(listed.out, ContainsSubstring("\tnot whole\t"));
  const auto removed = run({"model", "cache", "--remove"});
  CHECK(removed.exit == 0);
  CHECK_THAT(removed.out, ContainsSubstring(" MB\tremoved from " + kept.string()));
  CHECK(files_in(kept) == std::vector<fs::path>{kept / "notes"});
}
