// The CPU quota of made-up control groups.
#include "base/cpu.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {
namespace fs = std::filesystem;

class Root {
 public:
  Root(std::string_view groups) { put("proc/self/cgroup", groups); }
  void put(const fs::path& file, std::string_view text) const {
    fs::create_directories((directory_.path() / file).parent_path());
    directory_.write(file, text);
  }
  double quota() const { return nlp::cpu_quota(directory_.path()); }
  const fs::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};
}  // namespace

TEST_CASE("a quota of cgroup v2 is that of the group or one above it, the least", "[base]") {
  const Root root("0::/a/b\n");
  root.put("sys/fs/cgroup/cpu.max", "max 100000\n");
  root.put("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  root.put("sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  CHECK(root.quota() == 1.5);
  root.put("sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  CHECK(root.quota() == 0.5);
  CHECK(nlp::usable_cpus(root.path()) == 1);
}

TEST_CASE("where the group is not under the mount, the mount is the group", "[base]") {
  const Root root("0::/../../kubepods/x\n");
  root.put("sys/fs/cgroup/cpu.max", "200000 100000\n");
  CHECK(root.quota() == 2);
}

TEST_CASE("a quota of cgroup v1 stands in two files", "[base]") {
  const Root root("5:memory:/m\n4:cpu,cpuacct:/a\n0::/\n");
  root.put("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "250000");
  root.put("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
  CHECK(root.quota() == 2.5);
  root.put("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1");
  CHECK(root.quota() == 0);
}

TEST_CASE("without control groups there is no quota, and always a processor", "[base]") {
  const TemporaryDirectory empty;
  CHECK(nlp::cpu_quota(empty.path()) == 0);
  CHECK(nlp::usable_cpus(empty.path()) >= 1);
  const Root broken("nonsense\n0::/\n");
  broken.put("sys/fs/cgroup/cpu.max", "x y z");
  CHECK(broken.quota() == 0);
}
