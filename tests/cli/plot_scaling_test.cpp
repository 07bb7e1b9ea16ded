#include "support/program.hpp"

using program::run;

TEST_CASE("plot scaling measures models that it makes itself", "[cli]") {
  const TemporaryDirectory folder;
  const std::string svg = folder.path() / "s.svg", data = folder.path() / "s.npz";
  const program::Arguments small = {"plot",      "scaling", "--sizes",  "2x64,1x16",
                                    "--length",  "8",       "--texts",  "2",
                                    "--seconds", "0.001",   "--repeat", "1"};
  program::Arguments arguments = small;
  arguments.insert(arguments.end(), {"-o", svg, "--data", data});
  const auto ended = run(arguments);
  INFO(ended.err);
  REQUIRE(ended.exit == 0);
  const std::string picture = program::read(svg), bytes = program::read(data);
  for (const char* part : {">1x16</text>", ">2x64</text>", ">measured: grows with", "GFLOP/s"})
    CHECK(picture.find(part) != std::string::npos);
  // Sorted by size: 1 * (12 * 256 + 13 * 16), 2 * (12 * 4096 + 13 * 64).
  const std::int64_t parameters[] = {3280, 99968};
  CHECK(bytes.find(std::string(reinterpret_cast<const char*>(parameters), sizeof parameters)) !=
        std::string::npos);
  const auto blocks = run(small);
  CHECK(blocks.exit == 0);
  CHECK(blocks.out.find("parameters of the layers") != std::string::npos);
}

TEST_CASE("plot scaling refuses sizes that are none", "[cli]") {
  for (const auto& [sizes, part] :
       {std::pair<const char*, const char*>{"2x128", "two sizes at least"},
        {"2x128,2x128", "as large as another"},
        {"2x128,4", "expected LAYERSxHIDDEN"},
        {"2x128,0x64", "expected LAYERSxHIDDEN"},
        {"2x128,4x100", "a multiple of 64"},
        {"2x128,4x128k", "expected LAYERSxHIDDEN"}}) {
    const auto ended = run({"plot", "scaling", "--sizes", sizes});
    INFO(sizes << ": " << ended.err);
    CHECK(ended.exit == 2);
    CHECK(ended.err.find(part) != std::string::npos);
  }
}
