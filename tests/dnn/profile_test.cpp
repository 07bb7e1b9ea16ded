#include "dnn/profile.hpp"

#include "dnn/matmul_limit.hpp"
#include "support/catch.hpp"
#include "support/kernels.hpp"

using namespace nlp::dnn;

TEST_CASE("the time of an op is without that of the ops within", "[dnn]") {
  Profile profile;
  {
    const Timed outer(&profile, {.stage = Stage::rest});
    for (int k = 0; k < 3; ++k) {
      const Timed inner(&profile, {.stage = Stage::linear, .inputs = 4, .outputs = 2}, 16,
                        [] { return "kernel"; });
      const Timed innermost(&profile, {.stage = Stage::attention});
    }
    const Timed other(&profile, {.stage = Stage::linear, .inputs = 2, .outputs = 4}, 8);
  }
  REQUIRE(profile.parts().size() == 4);
  double sum = 0;
  for (const auto& part : profile.parts()) {
    CHECK(part.seconds >= 0);
    sum += part.seconds;
  }
  CHECK(profile.seconds() == sum);
  const auto& inner = profile.parts()[1];
  CHECK(inner.op == Op{Stage::linear, 4, 2});
  CHECK(inner.calls == 3);
  CHECK(inner.operations == 48);
  CHECK(inner.kernel == "kernel");

  Profile both;
  both.add(profile);
  both.add(profile);
  CHECK(both.parts()[1].calls == 6);
  CHECK(both.parts()[1].kernel == "kernel");
  CHECK(both.seconds() == Approx(2 * sum));
  both.clear();
  CHECK(both.parts().empty());
}

TEST_CASE("no profile, no time", "[dnn]") {
  const Timed timed(nullptr, {.stage = Stage::linear}, 1, []() -> std::string {
    FAIL("a name is asked for");
    return "";
  });
  SUCCEED();
}

TEST_CASE("the machine's limit is measured on a fast kernel of the type", "[dnn]") {
  for (const auto type : {ComputeType::f32, ComputeType::bf16, ComputeType::int8}) {
    const Device device(type);
    if (device.used() != type) continue;  // computed in float32, whose limit is measured
    MatmulLimit limit(device, type, 1);
    INFO(limit.kernel());
    CHECK(kernels::is_fast(limit.kernel()));
    limit.run();
  }
}
